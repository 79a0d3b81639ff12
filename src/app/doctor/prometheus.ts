/** Prometheus' HTTP API, as far as the gate asks it: one instant query at a time, and nothing but numbers taken from it. */

import { isJsonObject } from '../../check/codec/strict-json.ts'
import { parseJsonAnswer } from '../json-answer.ts'
import { fetchBounded } from './bounded-fetch.ts'

const TIMEOUT_MS = 15_000
const MAX_BYTES = 4_194_304
const MAX_ERROR_CHARACTERS = 300

export interface PrometheusAccess {
  /** Without a trailing slash. */
  readonly url: string
  readonly token: string | undefined
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export type Answer =
  | { readonly ok: true; readonly samples: readonly Sample[] }
  | { readonly ok: false; readonly error: string }

/** Never rejects. An answer with warnings is none: part of the data may be missing, and a gate must not open on that. */
export async function askPrometheus({ url, token }: PrometheusAccess, query: string): Promise<Answer> {
  const fetched = await fetchBounded(`${url}/api/v1/query`, {
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: new URLSearchParams({ query }).toString(),
  })
  if (!fetched.ok) return fetched
  const answer = parseJsonAnswer(fetched.bytes.toString('utf8'))
  if (answer?.['status'] === 'error') {
    return {
      ok: false,
      error: `it answers ${fetched.status}: ${words(answer['errorType'])}: ${words(answer['error'])}`,
    }
  }
  if (fetched.status !== 200 || answer?.['status'] !== 'success') {
    return { ok: false, error: `it answers ${fetched.status}, and not as Prometheus does` }
  }
  const warnings = answer['warnings']
  if (Array.isArray(warnings) && warnings.length > 0) {
    return { ok: false, error: `it answers in part only: ${words(warnings[0])}` }
  }
  const samples = samplesOf(answer['data'])
  return samples === undefined ? { ok: false, error: 'its answer is no instant vector' } : { ok: true, samples }
}

function words(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_ERROR_CHARACTERS) : 'without words'
}

function samplesOf(data: unknown): readonly Sample[] | undefined {
  if (!isJsonObject(data) || data['resultType'] !== 'vector' || !Array.isArray(data['result'])) return undefined
  const samples: Sample[] = []
  for (const entry of data['result'] as readonly unknown[]) {
    const { metric, value } = isJsonObject(entry) ? entry : {}
    const number = Array.isArray(value) && typeof value[1] === 'string' ? numberOf(value[1]) : undefined
    if (!isJsonObject(metric) || number === undefined) return undefined
    const labels = Object.entries(metric).flatMap(([name, label]) => (typeof label === 'string' ? [[name, label]] : []))
    samples.push({ labels: Object.fromEntries(labels), value: number })
  }
  return samples
}

/** `NaN`, `+Inf` and `-Inf` are numbers to Prometheus. */
function numberOf(text: string): number | undefined {
  if (text === 'NaN') return Number.NaN
  if (/^[+-]?Inf$/.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined
}
