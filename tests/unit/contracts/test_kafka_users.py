"""The users of the brokers against the topics' own files: nothing that a service reads or writes is nobody's, and nothing more is given."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from dunghen.cli.backup.taking import kept_topics
from dunghen.contracts.kafka_users import Right, User, all_users, rights_of
from dunghen.contracts.topics import Topic, all_topics

# Beside the owner: `dead-letters replay` appends events as ingest does, and marks the letters.
OPERATORS_OWN = {("dunghen.cli", "dossier-events"), ("dunghen.cli", "dead-letters")}


def told(users: Collection[User], of: Callable[[User], Collection[str]]) -> set[tuple[str, str]]:
    return {(user.service, topic) for user in users for topic in of(user)}


def differences(users: Mapping[str, User], topics: Mapping[str, Topic]) -> set[tuple[str, str]]:
    """(service, topic) that the topics' files say and the users together do not, or the other way round."""
    writers = {(topic.owner, topic.name) for topic in topics.values()} | OPERATORS_OWN
    readers = {(reader, topic.name) for topic in topics.values() for reader in topic.readers}
    return (told(users.values(), lambda u: u.writes) ^ writers) | (told(users.values(), lambda u: u.reads) ^ readers)


def test_together_the_users_of_a_service_do_what_the_topics_files_say_and_no_more() -> None:
    assert differences(all_users(), all_topics()) == set()


def test_a_right_that_is_missing_or_too_much_is_found() -> None:
    users = all_users()
    less = replace(users["projector"], reads=users["projector"].reads - {"unit-days"})
    more = replace(users["webhooks"], writes=frozenset({"unit-scores"}))
    assert differences({**users, "projector": less}, all_topics()) == {("services.api", "unit-days")}
    assert differences({**users, "webhooks": more}, all_topics()) == {("services.api", "unit-scores")}


def test_no_name_is_of_a_topic_that_there_is_not() -> None:
    assert {topic for user in all_users().values() for topic in user.reads | user.writes} <= set(all_topics())


def test_what_is_open_to_the_world_reads_no_dossier_and_writes_no_figure() -> None:
    api = all_users()["api"]
    assert api.reads & {"dossier-events", "dossiers", "notices", "dead-letters"} == set()
    assert api.writes & {"unit-days", "unit-scores", "dossiers", "dossier-events", "keys", "people", "policies"} == set()


def test_only_ingest_and_the_operator_append_raw_events_and_only_scoring_writes_figures() -> None:
    writers = {topic: {name for name, user in all_users().items() if topic in user.writes} for topic in all_topics()}
    assert writers["dossier-events"] == {"ingest", "operator"}
    assert writers["unit-scores"] == writers["unit-days"] == writers["dossiers"] == {"scoring"}
    assert writers["keys"] == writers["people"] == writers["policies"] == {"operator"}


def test_who_makes_the_backup_reads_all_that_is_in_one_and_can_change_nothing() -> None:
    """So what runs each night needs no administrator: a topic that is new in backups is red here until this user may read it."""
    backup = all_users()["backup"]
    assert backup.reads == set(kept_topics())
    assert {right.deed for right in rights_of(backup)} == {"read"}
    assert (backup.groups, backup.transactional_ids) == ((), ())


def test_rights_name_each_cell_once_and_fences_by_how_they_begin() -> None:
    user = User("u", "s", frozenset({"facts"}), frozenset({"facts"}), ("g",), ("fold-*", "keys"))
    assert rights_of(user) == {
        Right("u", "topic", "facts", "read"),
        Right("u", "topic", "facts", "write"),
        Right("u", "group", "g", "read"),
        Right("u", "transactional_id", "fold-", "write", prefixed=True),
        Right("u", "transactional_id", "keys", "write"),
    }
