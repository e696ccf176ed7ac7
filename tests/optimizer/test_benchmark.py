"""The figures of a comparison."""

from optimizer.benchmark import Run, mean_of_medians, summarise


def run(gap: float | None, instance: str = "a", set_name: str = "s", solver: str = "x", seconds: float = 1.0) -> Run:
    return Run(instance, set_name, solver, 1, None if gap is None else 100.0, gap, seconds)


def test_the_median_counts_a_failed_run_as_worse_than_any_other():
    figure = summarise([run(0.3), run(None), run(0.1, seconds=3.0)])

    assert (figure.median_gap, figure.least_gap, figure.greatest_gap) == (0.3, 0.1, 0.3)
    assert (figure.failed, figure.seconds) == (1, 1.0)
    assert summarise([run(0.3), run(None), run(None)]).median_gap is None


def test_a_mean_is_over_instances_and_only_where_all_have_a_median():
    runs = [
        run(0.2),
        run(0.4, "b"),
        run(0.4, "b"),
        run(0.9, "c", "t"),
        run(0.5, solver="y"),
        run(None, "b", solver="y"),
    ]

    assert mean_of_medians(runs, "x", "s") == (0.2 + 0.4) / 2
    assert mean_of_medians(runs, "x") == (0.2 + 0.4 + 0.9) / 3
    assert mean_of_medians(runs, "y") is None
