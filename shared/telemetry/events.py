"""Every event that services log, by its name: what it means, and which fields its line has beside the common ones.

Names and fields are stable: whoever searches logs by them, or counts them, may go on to. A test compares them with
the code. No field has a text of a document, a question or an answer; ids, places and reasons are what there is.
"""

from typing import NamedTuple

COMMON = ("service", "level", "timestamp", "event")


class Event(NamedTuple):
    """One kind of line. `fields`: beside the common ones."""

    name: str
    meaning: str
    fields: tuple[str, ...] = ()


EVENTS = (
    # Any process
    Event("starting", "settings and probes are ready; models and servers come next", ("probes",)),
    Event("settings are read from a file too", "an `.env` in the working directory holds some", ("said",)),
    Event("assigned", "the group gave this process partitions; it consumes", ("partitions",)),
    Event("left to another member", "another process handles the batch again, after a rebalance", ("partitions",)),
    Event("a broker does not answer, the consumer goes on", "others take over from it, or it comes back", ("reason",)),
    Event("password renewed", "new connections to Kafka use the one that stands in the folder of secrets", ("user",)),
    Event("draining", "told to stop, it finishes what is in hand"),
    Event("stopped", "all is committed; exit code 0"),
    Event("cannot go on", "settings, topics, a server or the version: the reason says what to do", ("reason",)),
    Event("ended by an error; nothing of the batch in hand is committed", "a bug or a server lost; exit code 70"),
    Event("buried", "a record became a dead letter; `key` is its document's or question's id",
          ("position", "key", "reason")),
    Event("many dead letters", "a tenth of the records of five minutes, begins", ("alarm",)),
    Event("dead letters are few again", "that is over"),
    Event("lost unread", "a topic deleted records before they were read; the service goes on behind them",
          ("topic", "partition", "start", "end", "records")),
    Event("passed over, since it cannot be read", "a view leaves a record out", ("position", "key", "reason")),
    Event("the broker does not say how far the group is", "lag and standing still are as they were", ("reason",)),
    Event("spans cannot be sent", "a collector is away or the disk is full; said once until it is another reason",
          ("reason",)),
    Event("spans are refused", "the collector does not take them and will not; they are lost", ("status",)),
    Event("contest announced", "questions asked from now on belong to it", ("contest", "arms")),
    # Embedder and retriever
    Event("encoder taken up", "embedder writes with it", ("encoder",)),
    Event("encoder cannot be loaded here; its table is filled by `tiltyard reindex` alone",
          "one beside the serving one", ("encoder", "reason")),
    Event("an encoder beside the serving one failed", "its table misses this batch", ("encoder", "error")),
    Event("encoder switched", "questions are asked with it from now on", ("encoder",)),
    Event("the announced encoder cannot be loaded here", "the one before goes on", ("encoder", "reason")),
    Event("view is complete", "the word index holds all that was announced", ("chunks", "seconds")),
    Event("view waits", "the store or the broker is away; it tries again", ("error",)),
    Event("a copy does not answer, vectors are held here", "a node of the store is away or slow", ("documents",)),
    Event("every copy answers again, no vectors are held here", "each was given what it lacked", ()),
    Event("another process keeps this snapshot; the index is built in memory", "two retrievers, one folder",
          ("folder",)),
    Event("the snapshot cannot be used and is built anew", "its version or its file is wrong", ("folder", "reason")),
    Event("recipe cannot be used here", "its questions get evidence without passages", ("recipe", "reason")),
    # Generators
    Event("adapter taken up", "the tuned arms speak with it", ("adapter", "cutoff", "seconds")),
    Event("adapter refused", "a hash, a base or a file is wrong", ("adapter", "reason", "again_in_s")),
    Event("no adapter serves any more, arms that need one fail", "all of the track are refused or retired",
          ("track", "adapter")),
    Event("no arm of this contest is served here", "the worker's speakers are not in it", ("contest", "speakers")),
    Event("arm cannot be asked here", "it fails with that reason, so that nobody waits", ("arm", "reason")),
    Event("out of memory, the batch is halved", "it is tried again in two parts", ("prompts",)),
    Event("left out of an answer that is too large", "so that the answer fits a message", ("question_id", "field")),
    Event("cut, since the labels of its passages are large", "the answer fails instead", ("question_id",)),
    Event("what arms need is away", "said once until it is another reason", ("what", "reason")),
    Event("a preamble is computed for each question anew", "it is not kept, answers are slower", ("name", "reason")),
    # Scorer
    Event("dropped", "references, votes or verdicts that no result will show",
          ("question_id", "references", "votes", "verdicts", "reason")),
    Event("vote not counted: no answer of an arm", "the pair has an arm without an answer", ("question_id", "arms")),
    Event("in no standing, since a value is outside [0, 1]", "a measure that standings cannot hold", ("metric",)),
    Event("more slices are counted in `all` alone", "the contest has too many slices", ("contest", "slices")),
    Event("a join cannot be read and is given up", "of an older version; `key` is its question's id",
          ("key", "reason")),
    Event("a header's name is not UTF-8: its batch is read from the topic", "Faust could not read it", ("up_to",)),
    Event("reading what was not delivered", "of what the group fetched and did not pass on",
          ("topic", "partition", "start", "end")),
    Event("nothing is delivered, reading", "a partition stands though nothing is in hand",
          ("topic", "partition", "up_to")),
    # Tuner and training
    Event("training", "the policy calls for one", ("reason",)),
    Event("training ended", "and what came of it", ("state", "outcome", "adapter", "adapter_state", "cost")),
    Event("the adapter before cannot be read", "the training begins without it", ("adapter", "reason")),
    Event("example left out", "it does not fit", ("reason", "documents")),
    # Pages
    Event("serving", "pages are there", ("pages",)),
    Event("the broker is away", "pages show what they have", ("why",)),
    Event("deleted before it could be shown", "a topic deleted records that the pages had not read",
          ("topic", "partition", "start", "end")),
    Event("reading the topics ended", "the process ends with it"),
    Event("a record is left out", "a page cannot show it", ("position", "key")),
    Event("sending letters again ended", "by an error; the action says how far it came", ("action",)),
    Event("a report was not made", "the process that counts it failed", ("code", "why")),
    Event("people read again", "the file of people has changed", ("people",)),
    Event("people cannot be read again: those before may go on", "the file is wrong now", ("why",)),
    Event("the store does not answer", "pages do without", ("why",)),
)  # fmt: skip
