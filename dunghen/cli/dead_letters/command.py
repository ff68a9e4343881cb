"""`dunghen dead-letters list|replay`: what the operator reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from dunghen.cli.city_settings import running_settings
from dunghen.cli.data_folder import CommandError, DataFolder
from dunghen.cli.dead_letters import replay as replaying
from dunghen.cli.dead_letters.letters import OUTCOMES, Outcome, read_letters
from dunghen.contracts.dead_letters import MEANINGS, Reason, origin_of
from dunghen.platform import kafka

Say = Callable[[str], None]


async def show(folder: DataFolder, reason: str, say: Say) -> None:
    """Every open letter by its place, then how many there are of each reason. Raises CommandError."""
    try:
        letters = await read_letters(running_settings(folder), _known(reason))
    except (kafka.Unreachable, kafka.MissingTopic) as fault:
        raise CommandError(f"Kafka of {folder.path}: {fault}") from None
    waiting = [letter for letter in letters if not letter.replayed_as]
    for letter in waiting:
        say(f"{origin_of(letter)}  {letter.reason}  {letter.detail}".rstrip())
    counts = Counter(letter.reason for letter in waiting)
    for known, meaning in MEANINGS.items():
        if counts[known]:
            say(f"{counts[known]:>7} {known}: {meaning}")
    say(f"{len(waiting)} open, {len(letters) - len(waiting)} replayed")


async def replay(folder: DataFolder, reason: str, say: Say) -> None:
    """Sends open letters again and says what became of them. Raises CommandError."""
    try:
        outcomes = await replaying.replay(running_settings(folder), _known(reason))
    except (kafka.Unreachable, kafka.MissingTopic) as fault:
        raise CommandError(f"Kafka of {folder.path}: {fault}") from None
    for outcome, meaning in OUTCOMES.items():
        if outcomes[outcome]:
            say(f"{outcomes[outcome]:>7} {meaning}")
    say(f"{outcomes[Outcome.REPLAYED]} of {outcomes.total()} open letters replayed")


def _known(reason: str) -> str:
    if reason and reason not in set(Reason):
        raise CommandError(f"--reason {reason}: one of {', '.join(Reason)}")
    return reason
