"""The PostgreSQL and Valkey that Headwater brings along, used when no addresses of others are given."""

from config.embedded.folders import CannotStart, make_data_folder, secret_key, socket_folder
from config.embedded.places import Addresses, addresses

__all__ = ["Addresses", "CannotStart", "addresses", "make_data_folder", "secret_key", "socket_folder"]
