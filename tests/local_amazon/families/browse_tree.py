"""The browse tree: nodes below one root, with refinements as deep as they come.

Facts (Report types, browse tree): `Result/Node`; children are ids in a list with a
count; a node without children says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cells import TEXTS
from .content import Element, XmlContent, leaf

if TYPE_CHECKING:
    from .asked import Asked

NODES = 12
ROOTS = 3


def browse_tree(asked: Asked) -> XmlContent:
    """Return the tree, or its roots if only these are wanted."""
    only_roots = asked.options.get("RootNodesOnly", "").lower() == "true"
    count = ROOTS if only_roots else NODES
    return XmlContent(Element("Result", [_node(asked, n) for n in range(count)]))


def _node(asked: Asked, n: int) -> Element:
    names = TEXTS[asked.marketplaces[0].region]
    children = [f"0{n * 10 + k}" for k in range(n % 3)]
    attributes = [
        leaf("attribute", f"{n}", name=f"key{k}") for k in range(1 + (n % 2) * 2)
    ]
    count = {"count": str(len(children))}
    return Element(
        "Node",
        [
            leaf("browseNodeId", f"0{1000 + n}"),
            Element("browseNodeAttributes", attributes, attributes=count),
            leaf("browseNodeName", names[n % len(names)]),
            leaf("browseNodeStoreContextName", f"<{n}> & 'more'"),
            leaf("browsePathById", f"0100,0{1000 + n}"),
            leaf("browsePathByName", ",".join(names[:2])),
            leaf("hasChildren", "true" if children else "false"),
            Element(
                "childNodes", [leaf("id", one) for one in children], attributes=count
            ),
            leaf("productTypeDefinitions", "" if n % 2 else "RACK,SHELF"),
            _refinements(n),
        ],
    )


def _refinements(n: int) -> Element:
    names = [
        Element(
            "refinementName",
            [Element("refinementField", [leaf("hasModifier", "false")])],
            attributes={"name": f"refinement {k}"},
        )
        for k in range(n % 2)
    ]
    return Element(
        "refinementsInformation", names, attributes={"count": str(len(names))}
    )
