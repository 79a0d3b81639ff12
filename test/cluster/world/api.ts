/** The requests of these tests to an API server: plain HTTPS, so that no client library fills anything in or takes it out. */
import { Agent, request } from 'node:https'

/** An object of Kubernetes: as deep as it is. */
// biome-ignore lint/suspicious/noExplicitAny: read by tests, which say what they expect
export type KubeObject = Record<string, any>

export interface Answer {
  readonly status: number
  readonly body: KubeObject
}

export interface Api {
  request(method: string, path: string, body?: object, contentType?: string): Promise<Answer>
  /** POST to a collection, such as `/api/v1/namespaces`. Throws when it is refused. */
  create(path: string, body: object): Promise<KubeObject>
  /** A namespace with the labels, and the ServiceAccount that a controller would make in it. */
  createNamespace(name: string, labels?: Readonly<Record<string, string>>): Promise<void>
  /** POST of a pod; `dryRun` keeps nothing. */
  createPod(namespace: string, pod: object, dryRun?: boolean): Promise<Answer>
}

const TIMEOUT_MS = 30_000

export function makeApi(port: number, token: string): Api {
  const agent = new Agent({ rejectUnauthorized: false, keepAlive: false })
  const send: Api['request'] = (method, path, body, contentType = 'application/json') =>
    new Promise((done, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': contentType }
      const options = { host: '127.0.0.1', port, path, method, headers, agent, timeout: TIMEOUT_MS }
      const sent = request(options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          done({ status: response.statusCode ?? 0, body: parse(Buffer.concat(chunks).toString()) })
        })
      })
      sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)))
      sent.on('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
  const create: Api['create'] = async (path, body) => {
    const { status, body: told } = await send('POST', path, body)
    if (status !== 201) throw new Error(`POST ${path}: ${status} ${String(told['message'])}`)
    return told
  }
  return {
    request: send,
    create,
    async createNamespace(name, labels = {}) {
      await create('/api/v1/namespaces', { metadata: { name, labels } })
      await create(`/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } })
    },
    createPod: (namespace, pod, dryRun = true) =>
      send('POST', `/api/v1/namespaces/${namespace}/pods${dryRun ? '?dryRun=All' : ''}`, pod),
  }
}

/** Health pages are plain text. */
function parse(text: string): KubeObject {
  try {
    return JSON.parse(text) as KubeObject
  } catch {
    return { message: text }
  }
}
