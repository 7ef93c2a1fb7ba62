"""How colours look to the colour-blind, for the tests: simulated, and how far two are apart."""

import numpy as np

from bot.style import COLOURS, PAPERS, Look

BYTES = 300_000  # of a picture at most
LOOKS = [Look(paper, colours) for paper in PAPERS for colours in COLOURS]
# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB
EYES = {
    "all cones": np.eye(3),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = XYZ.sum(axis=1)


def apart(one: str, other: str, eye: str) -> float:
    """Distance of two colours (#rrggbb) in CIELAB (1976) as an eye sees them; 2.3 is noticed."""
    return float(np.linalg.norm(_lab(one, eye) - _lab(other, eye)))


def _lab(colour: str, eye: str) -> np.ndarray:
    coded = np.array([int(colour[n : n + 2], 16) for n in (1, 3, 5)]) / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    x = XYZ @ np.clip(EYES[eye] @ linear, 0, 1) / WHITE
    f = np.where(x > 0.008856, np.cbrt(x), 7.787 * x + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
