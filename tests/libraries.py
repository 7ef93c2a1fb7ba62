"""The ways in which AKShare asks, by the real libraries."""

import urllib.request
from collections.abc import Callable
from typing import Any

import curl_cffi
import requests

WAYS: dict[str, Callable[[str], Any]] = {
    "requests": requests.get,
    "curl": lambda address: curl_cffi.get(address, impersonate="chrome"),
    "urllib": lambda address: urllib.request.build_opener().open(address),
}
