"""How people write the values of cells and claims besides the words of the site."""

from mapping.availability.models import Value

NOT_ASSESSED = "not_assessed"  # in a file, where a blank says nothing

VALUES = {
    Value.AVAILABLE: "available yes y a 1 true есть да доступно доступны имеется имеются ✓ ✔ ☑ ●",
    Value.PARTIALLY_AVAILABLE: "partial partially partly p 0.5 0,5 ½ частично ◐ доступно_частично имеется_частично",
    Value.NOT_AVAILABLE: "no n 0 false unavailable нет недоступно недоступны отсутствует отсутствуют ✗ ✘ ✕ ×",
    Value.NOT_APPLICABLE: "inapplicable неприменимо",
    NOT_ASSESSED: "not_assessed не_оценено",
}
