-- DORA's metrics of stability from Apache DevLake on PostgreSQL, over the 30 days before its last complete run.
-- A DevLake project is a service. Deployments and incidents are those that DevLake's own transformations define.
-- Written for the tables of https://devlake.apache.org/docs/DataModels/DevLakeDomainLayerSchema (issues of type INCIDENT,
-- linked to deployments by project_issue_metrics). Versions that keep incidents in a table of their own need that table here.
WITH
last_run AS (
  SELECT max(finished_at) AS moment FROM _devlake_pipelines WHERE status = 'TASK_COMPLETED'
),
projects AS (
  SELECT DISTINCT project_name FROM project_mapping WHERE "table" IN ('boards', 'cicd_scopes')
),
deployments AS (
  SELECT pm.project_name, cdc.cicd_deployment_id AS id, max(cdc.finished_date) AS finished
  FROM cicd_deployment_commits AS cdc
  JOIN project_mapping AS pm ON pm.row_id = cdc.cicd_scope_id AND pm."table" = 'cicd_scopes'
  WHERE cdc.result = 'SUCCESS' AND cdc.environment = 'PRODUCTION'
  GROUP BY pm.project_name, cdc.cicd_deployment_id
  HAVING max(cdc.finished_date) > (SELECT moment FROM last_run) - INTERVAL '30 days'
),
incidents AS (
  SELECT DISTINCT i.id, pm.project_name
  FROM issues AS i
  LEFT JOIN board_issues AS bi ON bi.issue_id = i.id
  LEFT JOIN project_mapping AS pm ON pm.row_id = bi.board_id AND pm."table" = 'boards'
  WHERE i.type = 'INCIDENT' AND i.created_date > (SELECT moment FROM last_run) - INTERVAL '30 days'
),
failures AS (
  SELECT d.project_name, d.id, d.finished, i.resolution_date
  FROM deployments AS d
  JOIN project_issue_metrics AS pim ON pim.deployment_id = d.id
  JOIN issues AS i ON i.id = pim.id AND i.type = 'INCIDENT'
),
measured AS (
  -- The share of deployments that caused an incident; without deployments there is none.
  SELECT p.project_name AS service, 'reliability/change_failure_rate_pct' AS at, 'ratio' AS unit,
    CAST(count(DISTINCT f.id) AS numeric) / nullif(count(DISTINCT d.id), 0) AS value
  FROM projects AS p
  LEFT JOIN deployments AS d ON d.project_name = p.project_name
  LEFT JOIN failures AS f ON f.project_name = d.project_name AND f.id = d.id
  GROUP BY p.project_name
  UNION ALL
  -- Failed deployment recovery time: from the end of the deployment to that of the incident; the mean.
  SELECT p.project_name, 'reliability/mttr_minutes', 'minutes',
    CAST(avg(extract(epoch FROM f.resolution_date - f.finished)) / 60 AS numeric)
  FROM projects AS p
  LEFT JOIN failures AS f ON f.project_name = p.project_name
  GROUP BY p.project_name
  UNION ALL
  -- Incidents, of every project that DevLake watches for them.
  SELECT pm.project_name, 'reliability/incidents_30d', 'count', count(DISTINCT i.id)
  FROM project_mapping AS pm
  LEFT JOIN incidents AS i ON i.project_name = pm.project_name
  WHERE pm."table" = 'boards'
  GROUP BY pm.project_name
  UNION ALL
  -- Incidents of no project: a row each, which `collect` counts and leaves out.
  SELECT NULL, 'reliability/incidents_30d', 'count', 1 FROM incidents WHERE project_name IS NULL
)
SELECT m.service, m.at, m.value, m.unit, r.moment AS observed_at, '30d' AS "window"
FROM measured AS m CROSS JOIN last_run AS r
