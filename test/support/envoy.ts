/**
 * A real Envoy for tests. None is a failure that names the mend, never a skip. Ports and files are in the configuration
 * that the test gives: freePort() for the ports, adaptEnvoyConfig() for a file of envoy/.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findEnvoy as find, startEnvoy as start } from '../../src/drill/local/envoy.ts'

export interface TestEnvoy {
  /** `http://127.0.0.1:PORT`: /stats, /clusters, /config_dump. */
  readonly adminUrl: string
  /** All that it wrote, its access log too where that goes to /dev/stdout. */
  log(): string
  stop(): Promise<void>
}

/** HOLDFAST_ENVOY, the one of `npm run setup`, or PATH. Throws with the mend. */
export function findEnvoy(): string {
  const program = find(process.env, process.cwd())
  if (program === undefined) throw new Error('no Envoy: type "npm run setup -- envoy", then run the test again')
  return program
}

/** Starts Envoy on a configuration (YAML or JSON) and waits until it serves. */
export async function startEnvoy({ config, name = 'envoy' }: { config: string; name?: string }): Promise<TestEnvoy> {
  const dir = mkdtempSync(join(tmpdir(), `holdfast-${name}-`))
  const file = join(dir, 'envoy.yaml')
  writeFileSync(file, config, { mode: 0o600 })
  const forget = () => rmSync(dir, { recursive: true, force: true })
  try {
    const { child, adminUrl } = await start(findEnvoy(), file, dir)
    let last: string | undefined
    return {
      adminUrl,
      log: () => last ?? child.output(),
      async stop() {
        await child.stop()
        last ??= child.output()
        forget()
      },
    }
  } catch (error) {
    forget()
    throw error
  }
}

/** What `envoy --mode validate` says: undefined when the configuration is good. */
export function validateEnvoyConfig(config: string): string | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-validate-'))
  try {
    const file = join(dir, 'envoy.yaml')
    writeFileSync(file, config)
    // It opens /dev/stdout where the access log goes there, which fails on the socket that Node gives for a pipe.
    const stdio = ['ignore', 'ignore', 'pipe'] as const
    const { status, stderr } = spawnSync(findEnvoy(), ['--mode', 'validate', '-c', file], {
      encoding: 'utf8',
      stdio: [...stdio],
    })
    return status === 0 ? undefined : stderr
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** One counter or gauge of Envoy; 0 where it was not made yet. */
export async function envoyStat(envoy: TestEnvoy, name: string): Promise<number> {
  const text = await (await fetch(`${envoy.adminUrl}/stats?filter=^${name.replaceAll('.', '\\.')}$`)).text()
  return Number(text.split(': ')[1] ?? 0)
}
