/**
 * Decisions as OpenTelemetry spans: one of kind server for the Check, under the span that Envoy asks from, and one for each part of
 * it. Loaded only where `tracing.endpoint` is set, so that it costs nothing elsewhere. What a span holds, the log holds too: no
 * token, proof, nonce or key. Spans are queued within a bound and dropped beyond it; a collector that is down delays nobody.
 */
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { CheckEvent, CheckStep, StepBegun } from '../check/observer.ts'
import { REASONS } from '../check/reasons.ts'
import type { Logger } from './logger.ts'
import { makeStepTimes } from './step-times.ts'

export interface Tracing {
  readonly stepBegun: NonNullable<StepBegun>
  decided(event: CheckEvent): void
  /** Sends what is queued, for as long as a collector may take, and ends. */
  close(): Promise<void>
}

export interface TracingOptions {
  /** URL of OTLP over HTTP. */
  readonly endpoint: string
  /** 0 to 1: of the checks that come without a trace. */
  readonly sampleRatio: number
  readonly version: string
  readonly log: Logger
}

const SPAN = 'envoy.service.auth.v3.Authorization/Check'
const EXPORT_TIMEOUT_MS = 2_000
const MAX_QUEUED_SPANS = 4_096

export function openTracing({ endpoint, sampleRatio, version, log }: TracingOptions): Tracing {
  const exporter = told(new OTLPTraceExporter({ url: endpoint, timeoutMillis: EXPORT_TIMEOUT_MS }), log)
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'holdfast', 'service.version': version }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter, maxQueueSize: MAX_QUEUED_SPANS, exportTimeoutMillis: EXPORT_TIMEOUT_MS }),
    ],
  })
  const tracer = provider.getTracer('holdfast', version)
  const steps = makeStepTimes(() => performance.now())
  return {
    stepBegun: steps.begun,
    decided(event) {
      const endMs = performance.now()
      recordSpans(tracer, event, endMs, steps.take(event.decision.id))
    },
    close: () => provider.shutdown().catch(() => undefined),
  }
}

function recordSpans(
  tracer: Tracer,
  event: CheckEvent,
  endMs: number,
  steps: readonly { readonly step: CheckStep; readonly atMs: number }[],
): void {
  // The decision was timed a moment before it is told here: a part must not begin before the whole.
  const startMs = Math.min(endMs - event.durationMs, steps[0]?.atMs ?? endMs)
  const parent = parentOf(event.facts.traceparent)
  const options = { kind: SpanKind.SERVER, startTime: wallMs(startMs), attributes: attributesOf(event) }
  const span = tracer.startSpan(SPAN, options, parent)
  if (!span.isRecording()) return
  const within = trace.setSpan(parent, span)
  for (const [i, { step, atMs }] of steps.entries()) {
    const child = tracer.startSpan(`holdfast.${step}`, { startTime: wallMs(atMs) }, within)
    child.end(wallMs(steps[i + 1]?.atMs ?? endMs))
  }
  const { reason } = event.decision
  // Only what is ours to mend is an error: a refusal is the work itself.
  if (reason !== 'ok' && REASONS[reason].class === 'unavailable') span.setStatus({ code: SpanStatusCode.ERROR })
  span.end(wallMs(endMs))
}

function attributesOf({ decision, facts }: CheckEvent): Attributes {
  const { findings, reason } = decision
  return {
    'rpc.system': 'grpc',
    'rpc.service': 'envoy.service.auth.v3.Authorization',
    'rpc.method': 'Check',
    'holdfast.decision_id': decision.id,
    'holdfast.verdict': decision.verdict,
    'holdfast.mode': decision.mode,
    'holdfast.reason': reason,
    'holdfast.class': reason === 'ok' ? 'none' : REASONS[reason].class,
    'holdfast.would_deny': decision.wouldDeny,
    ...(findings.route !== undefined && { 'holdfast.route': findings.route.name }),
    ...(findings.peer.spiffeId !== undefined && { 'holdfast.peer': findings.peer.spiffeId }),
    ...(findings.held.length > 0 && { 'holdfast.binding': findings.held.join(',') }),
    ...(findings.degraded.length > 0 && { 'holdfast.degraded': findings.degraded.join(',') }),
    ...(facts.sourceAddress !== '' && { 'client.address': facts.sourceAddress }),
  }
}

/** version-traceid-parentid-flags: the grammar was checked when the request was read (W3C Trace Context §3.2). */
function parentOf(traceparent: string | undefined): Context {
  if (traceparent === undefined) return ROOT_CONTEXT
  const [, traceId = '', spanId = '', flags = '0'] = traceparent.split('-')
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & SAMPLED,
    isRemote: true,
  })
}

const SAMPLED = 1

function wallMs(monotonicMs: number): number {
  return performance.timeOrigin + monotonicMs
}

/** Says once when spans are lost, and once when they arrive again. */
function told(exporter: SpanExporter, log: Logger): SpanExporter {
  let lost = false
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const fails = result.code !== 0
        if (fails && !lost)
          log.warn('tracing: the collector does not take spans, they are dropped', { error: result.error })
        if (!fails && lost) log.info('tracing: the collector takes spans again')
        lost = fails
        done(result)
      })
    },
    shutdown: () => exporter.shutdown(),
  }
}
