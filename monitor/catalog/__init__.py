"""What the operator and the project wrote down: feeds.yaml, inventory.yaml, channels.yaml and the data files, as nouns.

Files come in; sources, providers, places, teams, channels and the demo episode go out. A bad file is refused with its line.
"""

from monitor.catalog.channels import load_channels
from monitor.catalog.episode import Arrival, Episode, load_episode
from monitor.catalog.inventory import load_inventory
from monitor.catalog.opml import export_opml, import_opml, read_opml
from monitor.catalog.place_names import PlaceNamed, place_named
from monitor.catalog.providers import Catalog, checked_place, load_catalog, load_yaml_data
from monitor.catalog.sources import append_sources, entries_text, load_sources

__all__ = [
    "Arrival", "Catalog", "Episode", "PlaceNamed", "append_sources", "checked_place", "entries_text", "export_opml", "import_opml",
    "load_catalog", "load_channels", "load_episode", "load_inventory", "load_sources", "load_yaml_data", "place_named", "read_opml",
]  # fmt: skip
