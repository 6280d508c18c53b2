// Reads cases as JSON lines on standard input and prints one decision a line: the other engine's view.
//
// The engine is @cloud-copilot/iam-simulate from npm, a development-only oracle (AGPL: run, never copied). Install it
// outside of the repository and name the folder:
//     npm install --prefix FOLDER @cloud-copilot/iam-simulate
//     ORACLE=FOLDER node oracle.mjs < cases.jsonl
//
// Its quicker entry, runUnsafeSimulation, knows neither session policies nor resource policies without a name, so every
// case goes through the one that validates its input.
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

const home = join(process.env.ORACLE ?? '.', 'node_modules/@cloud-copilot/iam-simulate/dist/esm/index.js')
const { runSimulation } = await import(pathToFileURL(home).href)

const named = (documents, label) => documents.map((policy, index) => ({ name: `${label}${index}`, policy }))
const levels = (listed, label) =>
  (listed ?? []).map((documents, index) => ({ orgIdentifier: `${label}${index}`, policies: named(documents, label) }))

const simulation = (row) => ({
  request: {
    principal: row.principal,
    action: row.action,
    resource: { resource: row.resource, accountId: row.owner },
    contextVariables: row.context,
  },
  identityPolicies: named(row.identity, 'identity'),
  permissionBoundaryPolicies: row.boundary ? named(row.boundary, 'boundary') : undefined,
  sessionPolicy: row.session ?? undefined,
  serviceControlPolicies: levels(row.scps, 'scp'),
  resourceControlPolicies: levels(row.rcps, 'rcp'),
  resourcePolicy: row.own ?? undefined,
})

const rows = []
for await (const line of createInterface({ input: process.stdin })) {
  if (line) rows.push(JSON.parse(line))
}
const started = process.hrtime.bigint()
const answers = []
for (const row of rows) {
  const found = await runSimulation(simulation(row), {})
  answers.push(found.resultType === 'error' ? `error: ${JSON.stringify(found.errors)}` : found.overallResult)
}
const seconds = Number(process.hrtime.bigint() - started) / 1e9
console.error(JSON.stringify({ cases: rows.length, seconds }))
console.log(answers.join('\n'))
