// SPDX-License-Identifier: Apache-2.0
// A hook of node's loader. The package imports JSON without saying that it is JSON; and in its schema of workflow files
// runs-on may be left out here, as with us, so that a file without it can be compared at all.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export async function load(url, context, next) {
  if (!url.endsWith('.json')) return next(url, context)
  const json = JSON.parse(readFileSync(fileURLToPath(url), 'utf8'))
  const runsOn = json.definitions?.['job-factory']?.mapping.properties['runs-on']
  if (runsOn) runsOn.required = false
  return { format: 'module', shortCircuit: true, source: `export default ${JSON.stringify(json)}` }
}
