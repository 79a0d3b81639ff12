/** Key `tracing`: spans for an OpenTelemetry collector. */
import * as z from 'zod'
import { section, text, urlFault } from './fields.ts'

export const tracing = section({
  endpoint: text((value) => urlFault(value, ['http', 'https']))
    .nullable()
    .default(null)
    .describe(
      'Where spans go by OTLP over HTTP, such as `http://127.0.0.1:4318/v1/traces`; null for no tracing. Read at the start only.',
    ),
  sampleRatio: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'Share of the checks traced among those that come without a trace; a trace of Envoy says itself whether it is sampled.',
    ),
}).describe('OpenTelemetry tracing.')
