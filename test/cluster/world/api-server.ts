/**
 * A real Kubernetes API server with its etcd, on free ports of loopback: admission, defaults and validation as in a cluster,
 * but no kubelet and no controllers. Both are killed by pid: SIGTERM lingers for a minute once etcd is gone.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { KUBE_APISERVER } from '../../../scripts/setup/kube-apiserver.ts'
import { type Child, startChild, untilReady } from '../../../src/drill/local/child.ts'
import { freePort } from '../../../src/drill/local/ports.ts'
import { type Api, makeApi } from './api.ts'

export interface Cluster extends Api {
  /** For Helm. */
  readonly kubeconfig: string
  stop(): Promise<void>
}

const ETCD = '.tools/etcd/usr/bin/etcd'
const READY_MS = 120_000

/** `flags` come behind the usual ones, such as `--emulated-version=1.35`. */
export async function startCluster(flags: readonly string[] = []): Promise<Cluster> {
  for (const program of [ETCD, KUBE_APISERVER]) {
    if (!existsSync(program)) throw new Error(`${program} is missing: type "npm run setup -- etcd kube-apiserver"`)
  }
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-cluster-'))
  const children: Child[] = []
  const stop = async () => {
    for (const child of children.splice(0).reverse()) await kill(child)
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    const [etcdPort, peerPort, port] = [await freePort(), await freePort(), await freePort()]
    const etcd = `http://127.0.0.1:${etcdPort}`
    children.push(
      await startChild(
        'etcd',
        resolve(ETCD),
        [
          ...['--data-dir', join(dir, 'etcd'), '--listen-client-urls', etcd, '--advertise-client-urls', etcd],
          ...['--listen-peer-urls', `http://127.0.0.1:${peerPort}`, '--unsafe-no-fsync'],
        ],
        join(dir, 'etcd.log'),
      ),
    )
    const token = randomBytes(16).toString('hex')
    const server = await startChild(
      'kube-apiserver',
      resolve(KUBE_APISERVER),
      [...apiServerFlags(dir, etcd, port, token), ...flags],
      join(dir, 'kube-apiserver.log'),
    )
    children.push(server)
    const api = makeApi(port, token)
    await untilReady(
      server,
      async () => (await api.request('GET', '/readyz').catch(() => undefined))?.status === 200,
      READY_MS,
    )
    const kubeconfig = join(dir, 'kubeconfig')
    writeFileSync(kubeconfig, kubeconfigText(port, token), { mode: 0o600 })
    return { ...api, kubeconfig, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function apiServerFlags(dir: string, etcd: string, port: number, token: string): readonly string[] {
  const key = join(dir, 'service-account.key')
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  const tokens = join(dir, 'tokens.csv')
  writeFileSync(tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 })
  return [
    `--etcd-servers=${etcd}`,
    ...['--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', '--endpoint-reconciler-type=none'],
    ...[`--secure-port=${port}`, `--cert-dir=${join(dir, 'certificates')}`],
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    ...[`--service-account-key-file=${key}`, `--service-account-signing-key-file=${key}`],
    ...['--service-cluster-ip-range=10.0.0.0/24', `--token-auth-file=${tokens}`, '--authorization-mode=RBAC'],
  ]
}

async function kill(child: Child): Promise<void> {
  if (child.exited()) return
  process.kill(child.pid, 'SIGKILL')
  await child.stop()
}

/** The certificate is made at the start, for loopback and this run: nobody is there to vouch for it. */
function kubeconfigText(port: number, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  })
}
