"""Settings of feeds: how often they are read, and how much of a stranger's time and bytes is taken."""

from pydantic import Field, SecretStr

from shared.settings import Settings, under


class FeedSettings(Settings):
    """Limits and manners of `tiltyard feed`."""

    model_config = under("FEED")
    rss_every_s: float = Field(default=300.0, gt=0, description="between two passes over an RSS or Atom feed")
    folder_every_s: float = Field(default=10.0, gt=0)
    sql_every_s: float = Field(default=10.0, gt=0)
    jsonl_every_s: float = Field(default=1.0, gt=0)
    most_backoff_s: float = Field(default=900.0, gt=0, description="the longest wait after failures in a row")
    allow_private_hosts: bool = Field(
        default=False, description="for feeds of an intranet; otherwise only public addresses are asked, on every hop"
    )
    timeout_s: float = Field(default=20.0, gt=0, description="of one request, redirects and body included")
    redirects: int = Field(default=5, ge=0)
    user_agent: str = "tiltyard"
    max_feed_bytes: int = Field(
        default=5_000_000, ge=1, description="of an RSS or Atom answer, unpacked; the rest is cut"
    )
    parse_within_s: float = Field(
        default=60.0, gt=0, description="reading an RSS or Atom answer; one that takes longer is reported, not read"
    )
    articles: bool = Field(default=False, description="also fetch the page that each RSS or Atom entry links to")
    max_articles: int = Field(default=50, ge=1, description="pages in one pass; the other entries wait for the next")
    article_pause_s: float = Field(default=1.0, ge=0, description="between two pages; robots.txt may ask for more")
    max_page_bytes: int = Field(default=1_000_000, ge=1, description="of one page, unpacked; the rest is cut")
    max_file_bytes: int = Field(default=20_000_000, ge=1, description="a larger file of a folder is reported, not read")
    max_pages: int = Field(default=1_000, ge=1, description="a longer PDF is reported, not read")
    retract_when_empty: bool = Field(
        default=False, description="a folder that lost all its files retracts them; false: it is taken for not mounted"
    )
    max_line_bytes: int = Field(default=4_000_000, ge=1, description="a longer JSON line is reported and skipped")
    sql_url: SecretStr = Field(default=SecretStr(""), description="SQLAlchemy address of the domain database")
    rss_url: SecretStr = Field(default=SecretStr(""), description="address of an RSS or Atom feed")
    sql_rows: int = Field(default=500, ge=1, description="read at once")
    sql_timeout_s: float = Field(default=60.0, gt=0, description="of connecting, and of a statement on PostgreSQL")
    sql_overlap_s: float = Field(
        default=60.0, ge=0, description="read again before the position, for transactions that committed late"
    )
