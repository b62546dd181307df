"""Composition root: the only module that knows every other."""

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, start_http_server

from wissel.routing.dsse import Signer
from wissel.routing.errors import Refused
from wissel.routing.table import Table
from wissel.server.identity.keyfiles import read_key
from wissel.server.identity.peer import Peers
from wissel.server.identity.trust import HubTrust
from wissel.server.registry import catalog
from wissel.server.registry.ports import Act
from wissel.server.rpc import log, server
from wissel.server.rpc.credentials import ServerCertificate
from wissel.server.settings import Settings
from wissel.server.store.engine import open_engine
from wissel.server.store.follow import Follower
from wissel.server.store.register import SqlRegister

NOT_SERVING_SECONDS: Final = 2.0
"""A hub that is this far behind says so to its health checks (DESIGN section 7)."""
_LOOK_SECONDS: Final = 0.25


class StartError(Exception):
    """The hub cannot start; the message says what to mend."""


class ListenError(Exception):
    """The address cannot be served on: taken, or not of this machine."""
