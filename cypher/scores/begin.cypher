// Open an analysis
// name: scores/begin
// mode: write
// :param version => 1
// :param settings => '{}'
MERGE (a:Analysis {version: $version})
SET a.settings = $settings, a.startedAt = datetime();