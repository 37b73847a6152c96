"""What speaks to Spotify. It returns values, stores nothing, and knows no web framework and no database."""
