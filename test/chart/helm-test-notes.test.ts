/** What NOTES say of `helm test`. `helm template` leaves them out, so a copy of the chart shows that part as an object. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { CHART, HELMS, render } from '../support/helm.ts'
import { SIDECAR, STANDALONE } from './rule.ts'

const chart = mkdtempSync(join(tmpdir(), 'holdfast-notes-'))
beforeAll(() => {
  cpSync(CHART, chart, { recursive: true })
  writeFileSync(join(chart, 'templates/shown.yaml'), 'notes: {{ include "holdfast.notes" . | toJson }}\n')
})
afterAll(() => rmSync(chart, { recursive: true, force: true }))

const COMMAND = 'helm test r -n holdfast-system'
const LOGS = 'kubectl -n holdfast-system logs r-holdfast-test-drill'
const TARGET = { helmTest: { drill: { existingSecret: 'w', target: 'https://a' } } }

test.each([
  [
    'ready alone',
    STANDALONE,
    {},
    [`  ${COMMAND}\n`, 'asks only whether the release is ready', 'holdfast drill --new-world'],
    [],
  ],
  ['an attack', STANDALONE, TARGET, [`  ${COMMAND}\n  ${LOGS}`], ['--new-world']],
  ['nothing', STANDALONE, { helmTest: { enabled: false } }, [], ['helm test', '--new-world']],
  ['nothing to ask', SIDECAR, {}, ['has nothing to ask: sidecars listen within their pods', '--new-world'], [COMMAND]],
  ['a sidecar through its Envoy', SIDECAR, TARGET, [`Next\n  ${COMMAND}\n  ${LOGS}`], ['--new-world', 'rollout']],
])('%s: %s', async (_, file, values, told, untold) => {
  for (const helm of HELMS) {
    const rendered = await render(helm, {
      chart,
      values: [file, values],
      args: ['--show-only', 'templates/shown.yaml'],
    })
    if (!rendered.ok) throw new Error(rendered.error)
    const notes: string = parse(rendered.text)['notes']
    for (const text of told) expect(notes).toContain(text)
    for (const text of untold) expect(notes).not.toContain(text)
    expect(notes).not.toMatch(/\n{3}|<no value>|<nil>| $/)
  }
})
