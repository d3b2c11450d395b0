-- DORA's metrics of stability from Four Keys on BigQuery (https://github.com/dora-team/fourkeys), over 30 days.
-- Four Keys doesn't keep which service a deployment is of, so write the name of yours in the first lines.
WITH
settings AS (SELECT 'payments' AS service, CURRENT_TIMESTAMP() AS now),
deployments AS (
  SELECT d.deploy_id, d.changes, d.time_created FROM four_keys.deployments AS d CROSS JOIN settings AS s
  WHERE d.time_created > s.now - INTERVAL '30' DAY
),
incidents AS (
  SELECT i.incident_id, i.changes, i.time_created, i.time_resolved FROM four_keys.incidents AS i CROSS JOIN settings AS s
  WHERE i.time_created > s.now - INTERVAL '30' DAY
),
causes AS (SELECT i.incident_id, cause FROM incidents AS i CROSS JOIN UNNEST(i.changes) AS cause),
deployed AS (SELECT d.deploy_id, change FROM deployments AS d CROSS JOIN UNNEST(d.changes) AS change),
failed AS (SELECT DISTINCT d.deploy_id FROM deployed AS d JOIN causes AS c ON c.cause = d.change),
newest AS (SELECT MAX(time_created) AS moment FROM four_keys.events_raw),
measured AS (
  SELECT 'reliability/change_failure_rate_pct' AS at, 'ratio' AS unit,
    (SELECT COUNT(*) FROM failed) * 1.0 / NULLIF((SELECT COUNT(*) FROM deployments), 0) AS value
  UNION ALL
  SELECT 'reliability/mttr_minutes', 'minutes',
    (SELECT AVG(TIMESTAMP_DIFF(time_resolved, time_created, SECOND)) / 60 FROM incidents)
  UNION ALL
  SELECT 'reliability/incidents_30d', 'count', (SELECT COUNT(*) FROM incidents)
)
SELECT s.service, m.at, m.value, m.unit, n.moment AS observed_at, '30d' AS `window`
FROM measured AS m CROSS JOIN settings AS s CROSS JOIN newest AS n
