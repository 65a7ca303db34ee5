"""Secrets: enough bits, told apart by their beginning, kept as hashes."""

import hashlib

from accounts import keys


def test_secrets_are_long_different_and_say_what_they_are():
    made = {keys.new_secret(keys.TOKEN) for _ in range(100)}
    assert len(made) == 100
    assert all(secret.startswith("hw_t_") and len(secret) == 45 for secret in made)
    assert keys.new_secret(keys.WRITE_KEY).startswith("hw_w_")


def test_a_secret_is_kept_as_its_sha256():
    secret = keys.new_secret(keys.WRITE_KEY)
    assert keys.digest_of(secret) == hashlib.sha256(secret.encode()).digest()


def test_any_text_has_a_digest():
    assert len(keys.digest_of("\ud800\0é")) == 32


def test_what_is_shown_again_leaves_most_of_the_secret_out():
    secret = keys.new_secret(keys.TOKEN)
    assert secret.startswith(keys.prefix_of(secret))
    assert len(keys.prefix_of(secret)) == 13


def test_a_derived_secret_is_the_same_for_the_same_occasion_only():
    secret = keys.derive_secret(keys.WRITE_KEY, "bearer", "one")
    assert secret == keys.derive_secret(keys.WRITE_KEY, "bearer", "one")
    assert secret != keys.derive_secret(keys.WRITE_KEY, "bearer", "two")
    assert secret != keys.derive_secret(keys.WRITE_KEY, "another", "one")
    assert len(secret) == 45
