/** Helm against an API server, as an operator runs it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CHART, type Helm } from '../../support/helm.ts'
import type { Cluster } from './api-server.ts'

export interface Release {
  readonly helm: Helm
  readonly name: string
  readonly namespace: string
}

export interface HelmEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `install` and `upgrade` get the chart and the values, `uninstall` neither. */
export function helmRun(
  cluster: Cluster,
  action: 'install' | 'upgrade' | 'uninstall',
  { helm, name, namespace }: Release,
  values: object = {},
): HelmEnd {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-release-'))
  try {
    const file = join(dir, 'values.json')
    writeFileSync(file, JSON.stringify(values))
    const chart = action === 'uninstall' ? [] : [CHART, '--values', file]
    const words = [action, name, ...chart, '--namespace', namespace, '--kubeconfig', cluster.kubeconfig]
    const { status, stdout, stderr } = spawnSync(helm.program, words, { encoding: 'utf8' })
    return { code: status, stdout, stderr }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** The same, for where it must succeed; resolves to what it printed. */
export function helmDo(...args: Parameters<typeof helmRun>): string {
  const { code, stdout, stderr } = helmRun(...args)
  if (code !== 0) throw new Error(`helm ${args[1]}: ${stderr}`)
  return stdout
}
