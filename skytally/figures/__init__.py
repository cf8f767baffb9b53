"""Marks and figures: each chart twice, interactive and static, from the same marks."""

from skytally.figures.charts import bars_chart, lanes_chart, values_chart
from skytally.figures.marks import names_of
from skytally.figures.show import Shown, enable, show

__all__ = ["Shown", "bars_chart", "enable", "lanes_chart", "names_of", "show", "values_chart"]
