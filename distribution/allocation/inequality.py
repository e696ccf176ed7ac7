"""Measures of inequality over groups of people, equal inside: reported figures, which decide nothing.

Each takes what one person of a group has, shape (n,), not negative, and the people of each group, shape (n,), and gives
what it would give over all persons one by one: 0 if all have the same (Jain's index: 1), the same whatever the unit, and
the same if every group is doubled. None if there are no people or nothing to share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def weighted_gini(values: FloatArray, people: IntArray) -> float | None:
    """Return the Gini coefficient of values held by groups of people.

    ``1 - sum p_i (S_i + S_i-1) / S_n`` over the groups by rising value, with p the part of the people and S
    the running sum of ``p x value``: exact for groups with equal values inside (Lerman & Yitzhaki 1989,
    "Improving the accuracy of estimates of Gini coefficients").
    """
    order = np.argsort(values, kind="stable")
    part = people[order].astype(np.float64)
    running = np.cumsum(part * values[order])
    if part.sum() == 0 or running[-1] <= 0:
        return None
    before = np.concatenate([[0.0], running[:-1]])
    gini = 1 - float(np.sum(part * (running + before))) / (float(part.sum()) * float(running[-1]))
    return max(0.0, gini)


def weighted_hoover(values: FloatArray, people: IntArray) -> float | None:
    """Return the part of all goods that would have to change hands for all to have the same.

    ``sum p_i |x_i / mean - 1| / 2`` (Pietra 1915; Hoover 1936, "The measurement of industrial localization").
    """
    if (parts := _parts(values, people)) is None:
        return None
    people_part, ratio = parts
    return float(np.sum(people_part * np.abs(ratio - 1)) / 2)


def weighted_theil(values: FloatArray, people: IntArray) -> float | None:
    """Return Theil's T, ``sum p_i r_i ln r_i`` with r the value over the mean (Theil 1967).

    Who has nothing adds nothing; the most it can be is the logarithm of the number of persons.
    """
    if (parts := _parts(values, people)) is None:
        return None
    people_part, ratio = parts
    some = ratio > 0
    return max(0.0, float(np.sum(people_part[some] * ratio[some] * np.log(ratio[some]))))


def weighted_jain(values: FloatArray, people: IntArray) -> float | None:
    """Return Jain's index, ``(sum x)^2 / (N sum x^2)``: 1 if all have the same, 1 / N if one has all.

    Jain, Chiu & Hawe (1984), "A quantitative measure of fairness and discrimination for resource allocation".
    """
    if (parts := _parts(values, people)) is None:
        return None
    people_part, ratio = parts
    return min(1.0, 1 / float(np.sum(people_part * ratio**2)))


def weighted_atkinson(values: FloatArray, people: IntArray, aversion: float) -> float | None:
    """Return the part of the goods that could be given up for equality without loss of welfare.

    ``1 - (sum p_i r_i^(1 - aversion))^(1 / (1 - aversion))`` with r the value over the mean, and one less their
    geometric mean at an aversion of 1 (Atkinson 1970, "On the measurement of inequality"). With an aversion of 1 or
    more it is 1 as soon as one person has nothing.

    Parameters
    ----------
    values, people
        As for every measure here.
    aversion
        Aversion to inequality, Atkinson's epsilon: 0 = none; the larger, the more the worst off count.

    Raises
    ------
    ValueError
        If the aversion is negative.
    """
    if aversion < 0:
        raise ValueError(f"an aversion of {aversion} to inequality is negative")
    if (parts := _parts(values, people)) is None:
        return None
    people_part, ratio = parts
    if aversion >= 1 and (ratio == 0).any():
        return 1.0
    some = ratio > 0  # below an aversion of 1, nothing to the power of anything is nothing
    logs = np.log(ratio[some])
    if aversion == 1:
        equal = float(np.exp(np.sum(people_part[some] * logs)))
    else:
        power = 1 - aversion
        terms = np.log(people_part[some]) + power * logs  # by logarithms, lest a large aversion overflow
        equal = float(np.exp((terms.max() + np.log(np.sum(np.exp(terms - terms.max())))) / power))
    return min(1.0, max(0.0, 1 - equal))


def weighted_median(values: FloatArray, people: IntArray) -> float | None:
    """Return the value of the median person; None if there are no people."""
    if people.sum() == 0:
        return None
    order = np.argsort(values, kind="stable")
    running = np.cumsum(people[order])
    return float(values[order][np.searchsorted(2 * running, running[-1])])


def _parts(values: FloatArray, people: IntArray) -> tuple[FloatArray, FloatArray] | None:
    """Return each group's part of the people and its value over the mean, of the groups with people."""
    some = people > 0
    count = people[some].astype(np.float64)
    goods = float(np.sum(count * values[some]))
    if goods <= 0:
        return None
    return count / count.sum(), values[some] * (count.sum() / goods)
