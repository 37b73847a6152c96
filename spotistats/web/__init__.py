"""What people see: parse, guard, one call to `stats` or `services`, render."""
