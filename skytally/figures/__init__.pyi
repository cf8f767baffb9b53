from .charts import (
    bars_chart as bars_chart,
)
from .charts import (
    lanes_chart as lanes_chart,
)
from .charts import (
    values_chart as values_chart,
)
from .embed import (
    Shown as Shown,
)
from .embed import (
    enable as enable,
)
from .embed import (
    show as show,
)
from .marks import (
    names_of as names_of,
)
