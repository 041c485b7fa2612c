"""How people write accesses besides the words of the site."""

from mapping.sources.models import Access

ACCESS = {
    Access.PUBLIC: "yes да publicly_available открыто 1 true",
    Access.ON_REQUEST: "upon_request by_request по_запросу",
    Access.NOT_SHARED: "not_accessible confidential",
}
