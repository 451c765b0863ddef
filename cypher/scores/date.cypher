// Date an analysis: the current one since a moment at which it was so already
// name: scores/date
// mode: write
// note: A statement of its own, after scores/finish: whoever still saw the scores of before has asked earlier than this.
//   datetime() would be cut to the millisecond by a server, and so before the moment of a reader who asked within it.
// :param version => 1
MATCH (a:Analysis {version: $version})
WHERE a.finishedAt IS NOT NULL
SET a.finishedAt = datetime.realtime();