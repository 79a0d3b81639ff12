/** A folder with a configuration without any fault, and the doctor run on it, without a process. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { command } from '../../../src/cli/doctor.ts'
import { makeKey } from '../../support/jws.ts'
import { freePort } from '../../support/ports.ts'
import { fakeIo } from '../cli/fake-io.ts'
import { configText, type Parts } from '../config/config-file.ts'

export interface Diagnosis {
  readonly code: number
  /** As written, also where it is JSON. */
  readonly text: string
  /** The statuses of all findings with this id. */
  statuses(id: string): readonly string[]
  /** The only finding with this id; fails when there is none, or more. */
  only(id: string): FindingJson
}

export interface FindingJson {
  readonly id: string
  readonly status: string
  readonly subject: string | null
  readonly seen: string
  readonly mend: string | null
  readonly unreachable: boolean
}

export interface DoctorWorld {
  readonly folder: string
  write(name: string, content: string, mode?: number): Promise<string>
  diagnose(env?: Readonly<Record<string, string>>): Promise<Diagnosis>
}

const SECRET = '0123456789abcdef0123456789abcdef'

export async function makeDoctorWorld({ top = {}, issuer = {}, ...parts }: Parts = {}): Promise<DoctorWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-doctor-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const write = async (name: string, content: string, mode = 0o600): Promise<string> => {
    await writeFile(join(folder, name), content)
    await chmod(join(folder, name), mode)
    return join(folder, name)
  }
  await write('jwks.json', JSON.stringify({ keys: [{ ...makeKey().jwk, kid: 'k1', use: 'sig' }] }))
  await write(
    'holdfast.yaml',
    configText({
      ...parts,
      top: {
        admin: `{ listen: "127.0.0.1:${await freePort()}" }`,
        nonce: '{ secret: "env:NONCE" }',
        ...top,
      },
      issuer: { keys: '{ jwksFile: jwks.json }', algorithms: '[ES256]', ...issuer },
    }),
  )
  return {
    folder,
    write,
    async diagnose(env = {}) {
      const io = fakeIo({ cwd: folder, env: { NONCE: SECRET, ...env } })
      const code = await command.run(['--json'], io)
      expect(io.written.err).toBe('')
      const { findings } = JSON.parse(io.written.out) as { readonly findings: readonly FindingJson[] }
      const of = (id: string): readonly FindingJson[] => findings.filter((finding) => finding.id === id)
      return {
        code,
        text: io.written.out,
        statuses: (id) => of(id).map(({ status }) => status),
        only(id) {
          const [finding, ...others] = of(id)
          if (finding === undefined || others.length > 0) throw new Error(`${others.length + 1} or no findings ${id}`)
          return finding
        },
      }
    },
  }
}

/** With `store.kind: redis`; `redis` holds further keys of that section. */
export function makeStoreWorld(url: string, redis = ''): Promise<DoctorWorld> {
  return makeDoctorWorld({
    top: { store: `{ kind: redis, redis: { url: "${url}", commandTimeoutMs: 100${redis && `, ${redis}`} } }` },
  })
}
