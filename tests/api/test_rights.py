"""Nobody sees what is not his: every route is walked with every kind of key."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
