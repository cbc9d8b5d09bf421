"""Named random streams: the same name gives the same numbers, and no name knows of another."""

import hashlib
import math

import numpy as np

from flowsim.model.streams import Streams


def test_the_same_name_gives_the_same_numbers():
    assert np.array_equal(Streams(7, 2).uniform("stay/a", 100), Streams(7, 2).uniform("stay/a", 100))


def test_what_else_is_drawn_changes_nothing():
    streams = Streams(7, 2)
    before = streams.uniform("stay", 100)
    streams.uniform("route", 5)
    streams.uniform("stay", 1)
    assert np.array_equal(streams.uniform("stay", 100), before)


def test_a_longer_draw_begins_with_a_shorter_one():
    long = Streams(7, 2).uniform("stay", 1_000)
    for n in (0, 1, 2, 3, 4, 5, 17, 999):
        assert np.array_equal(Streams(7, 2).uniform("stay", n), long[:n])


def test_seed_replication_and_name_each_make_another_stream():
    n = 20_000
    draws = [
        Streams(seed, replication).uniform(name, n)
        for seed, replication, name in [(1, 0, "a"), (2, 0, "a"), (1, 1, "a"), (1, 0, "b"), (11, 0, "a"), (1, 10, "a")]
    ]
    correlations = np.corrcoef(draws)[np.triu_indices(len(draws), 1)]
    # The standard error of a correlation of independent draws is 1 / sqrt(n); four of them, 15 pairs, a fixed seed.
    assert np.all(np.abs(correlations) < 4 / math.sqrt(n))
    for draw in draws:
        assert abs(draw.mean() - 0.5) < 4 * math.sqrt(1 / 12 / n)


def test_the_numbers_are_those_of_numpys_philox():
    """For 200 keys, so that every carry of the 128-bit products comes up; and for a counter beyond 16 bits."""
    for i in range(200):
        digest = hashlib.blake2b(f"{i}/3/stay".encode(), digest_size=16).digest()
        numpys = np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
        n = 400_000 if i == 0 else 50
        assert np.array_equal(Streams(i, 3).uniform("stay", n), numpys.random(n))


def test_scattered_numbers_are_those_of_the_streams_they_come_from():
    rng = np.random.default_rng(1)
    stream, position = rng.integers(0, 3, 500, dtype=np.int32), rng.integers(0, 1_000, 500, dtype=np.int32)
    whole = np.array([Streams(7, 2).uniform(name, 1_000) for name in "abc"])
    for rows in (np.arange(500), np.flatnonzero(position < 100), rng.permutation(500)[:50]):
        drawn = Streams(7, 2).uniforms(["a", "b", "c"], stream, position, rows)
        assert np.array_equal(drawn, whole[stream, position][rows])
    nobody = np.arange(0)
    assert Streams(7, 2).uniforms([], stream[:0], position[:0], nobody).size == 0


def test_a_name_cannot_be_mistaken_for_a_replication():
    assert not np.array_equal(Streams(1, 1).uniform("2/a", 10), Streams(1, 12).uniform("a", 10))
    assert not np.array_equal(Streams(1, 1).uniform("1/a", 10), Streams(1, 11).uniform("a", 10))


def test_uniforms_are_in_the_half_open_unit_interval():
    u = Streams(3, 0).uniform("u", 200_000)
    assert u.min() >= 0.0 and u.max() < 1.0
    assert u.dtype == np.float64


def test_the_numbers_are_these_on_every_machine():
    """If this fails, results of earlier versions can no longer be reproduced."""
    pinned = [0.9545170808117943, 0.37158745220964307, 0.640941736840901]
    assert Streams(20170523, 0).uniform("stay", 3).tolist() == pinned
