"""A process that begins a sync in a process of its own for each line on its standard input.

A line is a user id. The answer is the new process's id; what became of it goes into the file named by the
second argument, as lines of process id and state. Starting whole commands would make dozens of kills slow.
"""

import os
import sys
from pathlib import Path

from spotistats import create_app
from spotistats.extensions import db
from spotistats.services.sync import sync_user


def main(outcomes: Path) -> None:
    app = create_app()
    with app.app_context():
        for line in sys.stdin:
            db.engine.dispose()
            child = os.fork()
            if child == 0:
                state = sync_user(int(line)).state
                with outcomes.open("a") as file:
                    file.write(f"{os.getpid()} {state.name}\n")
                os._exit(0)
            print(child, flush=True)
            os.waitpid(child, 0)
            print("ended", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
