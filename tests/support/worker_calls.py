"""Calls for workers, which import this file: what is answered, what fails, and what kills."""

import os
import signal
import time
from pathlib import Path


def double(number):
    return 2 * number


def double_but_never_three(number):
    if number == 3:
        raise ValueError("three")
    return 2 * number


def die_of_three(asked):
    number, folder = asked
    with (Path(folder) / str(number)).open("a") as file:
        file.write("tried\n")
    if number == 3:
        os._exit(1)
    return 2 * number


def die_of_three_once(asked):
    number, folder = asked
    first = not (Path(folder) / str(number)).exists()
    with (Path(folder) / str(number)).open("a") as file:
        file.write("tried\n")
    if number == 3 and first:
        os._exit(1)
    return 2 * number


def own_process(_):
    return os.getpid()


def interrupted(_):
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0.1)
    return "still here"


def tries(folder):
    return {path.name: path.read_text().count("tried") for path in folder.iterdir()}
