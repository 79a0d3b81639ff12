/** A receiver of OTLP over HTTP in its JSON form, on loopback: keeps the spans and log records that come. */
import { createServer } from 'node:http'
import { freePort } from './ports.ts'

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code?: number }
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
}

/** A value of OTLP as plain data. */
export interface ReceivedLog {
  readonly timeUnixNano: string
  readonly severityNumber: number
  readonly severityText: string
  readonly eventName: string
  readonly body: unknown
}

type AnyValue = Readonly<Record<string, unknown>>

interface ExportRequest {
  readonly resourceLogs?: readonly {
    readonly scopeLogs: readonly { readonly logRecords: readonly (ReceivedLog & { readonly body: AnyValue })[] }[]
  }[]
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: ReceivedSpan['attributes'] }
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[]
  }[]
}

export interface OtlpReceiver {
  /** For spans. */
  readonly url: string
  readonly logsUrl: string
  readonly bodies: string[]
  logs(): ReceivedLog[]
  spans(): ReceivedSpan[]
  services(): unknown[]
  stop(): Promise<void>
}

export async function startOtlpReceiver(port?: number): Promise<OtlpReceiver> {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.headers['content-type'] === 'application/json') bodies.push(Buffer.concat(chunks).toString())
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  const listening = port ?? (await freePort())
  await new Promise<void>((resolve) => server.listen(listening, '127.0.0.1', resolve))
  const requests = (): ExportRequest[] => bodies.map((body) => JSON.parse(body) as ExportRequest)
  return {
    url: `http://127.0.0.1:${listening}/v1/traces`,
    logsUrl: `http://127.0.0.1:${listening}/v1/logs`,
    bodies,
    logs: () =>
      requests().flatMap(({ resourceLogs = [] }) =>
        resourceLogs.flatMap(({ scopeLogs }) =>
          scopeLogs.flatMap(({ logRecords }) => logRecords.map((one) => ({ ...one, body: plainOf(one.body) }))),
        ),
      ),
    spans: () =>
      requests().flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
    services: () =>
      requests().flatMap(({ resourceSpans = [] }) =>
        resourceSpans.map(({ resource }) => attributesOf(resource)['service.name']),
      ),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Whole numbers may come as text (JSON mapping of Protocol Buffers). */
function plainOf(value: AnyValue): unknown {
  const { arrayValue, kvlistValue, intValue, ...scalar } = value as {
    readonly arrayValue?: { readonly values?: readonly AnyValue[] }
    readonly kvlistValue?: { readonly values?: readonly { readonly key: string; readonly value: AnyValue }[] }
    readonly intValue?: unknown
  }
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(plainOf)
  if (kvlistValue !== undefined) {
    return Object.fromEntries((kvlistValue.values ?? []).map((member) => [member.key, plainOf(member.value)]))
  }
  return intValue === undefined ? Object.values(scalar)[0] : Number(intValue)
}

export function attributesOf({ attributes }: Pick<ReceivedSpan, 'attributes'>): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
