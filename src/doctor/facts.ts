/** Plain facts of the installation: gathered by adapters and app, judged here. Times in ms, by our clock unless said. */

/** What a setting names, or the configuration itself. */
export interface FileFacts {
  /** `nonce.secret`. */
  readonly setting: string
  readonly path: string
  readonly secret: boolean
  /** Permission bits of its inode; undefined where there is no such file. */
  readonly mode: number | undefined
}

export interface NonceSecretFacts {
  readonly bytes: number
  /** How many different bytes there are among them. */
  readonly differentBytes: number
}

export interface Validity {
  readonly name: string
  readonly notBeforeMs: number
  readonly notAfterMs: number
}

export interface CertificateFileFacts {
  readonly setting: string
  /** `chain`: all of them are shown. `authorities`: each is one of several to choose from. */
  readonly kind: 'chain' | 'authorities'
  /** In the order of the file; undefined when it cannot be read as PEM. */
  readonly certificates: readonly Validity[] | undefined
}

export interface KeyFileFacts {
  readonly setting: string
  readonly state: 'belongs' | 'foreign' | 'unreadable'
}

export interface StoreFacts {
  readonly kind: 'single' | 'sentinel' | 'cluster'
  readonly tls: boolean
  /** Undefined: the default user. */
  readonly username: string | undefined
  readonly withPassword: boolean
  /** Servers and sentinels on other machines. */
  readonly remote: readonly string[]
  readonly prefix: string
  readonly commandTimeoutMs: number
  readonly deadlineMs: number
  readonly clockAllowanceMs: number
  /** What makes a user with all that is needed, one command a line. */
  readonly aclLines: readonly string[]
}

/** A sentinel, or a server of the cluster that the configuration names. */
export interface GuideFacts {
  readonly address: string
  /** Constant words for why it told nothing. */
  readonly trouble: string | undefined
  /** It answered, with an error or with what it should not: not a matter of reaching it. */
  readonly answered: boolean
  /** The master that a sentinel names; of a cluster, empty. */
  readonly master: string | undefined
}

export interface LocatedFacts {
  readonly guides: readonly GuideFacts[]
  /** Parts of the memory that no server of the cluster serves. */
  readonly unservedParts: number
  readonly parts: number
}

export type Unfit = 'version' | 'identity' | 'role' | 'eviction'

export interface ServerInfoFacts {
  /** `Redis 7.0.15`, `Valkey 9.1.2`. */
  readonly version: string
  readonly role: string
  readonly evictionPolicy: string
  /** Constant words for each thing that lets no connection serve: the words of the log of the server. */
  readonly unfit: ReadonlyMap<Unfit, string>
  readonly usedBytes: number
  /** 0: without a bound. */
  readonly maxBytes: number
  readonly replicas: number
  /** Replicas that count for min-replicas-to-write; undefined: it is not set. */
  readonly countedReplicas: number | undefined
  readonly appendOnly: boolean
}

export interface TrialFacts {
  /** Commands that may not be run on keys of ours, by their names in an ACL. */
  readonly forbidden: readonly string[]
  /** False: transactions are forbidden, so the others could not be tried. */
  readonly complete: boolean
  /** Constant words for why a mark would not be taken now. */
  readonly writesRefused: string | undefined
}

export interface EpochFacts {
  /** When the youngest was made, by the clock of the server; undefined: there is none yet. */
  readonly madeMs: number | undefined
  /** Keys of epochs that hold something else. */
  readonly wrongKeys: readonly string[]
}

export interface SeenServer {
  readonly kind: 'seen'
  readonly address: string
  /** Of its TLS certificate. */
  readonly certificate: Validity | undefined
  /** Undefined: INFO is forbidden. */
  readonly info: ServerInfoFacts | undefined
  /** Undefined: TIME is forbidden. */
  readonly clock:
    | {
        readonly differenceMs: number
        readonly uncertaintyMs: number
        readonly verdict: 'agree' | 'unclear' | 'differ'
      }
    | undefined
  /** One command each, one after the other. */
  readonly roundTripsMs: readonly number[]
  /** Undefined: CONFIG GET is forbidden. */
  readonly snapshots: boolean | undefined
  readonly trial: TrialFacts
  readonly epoch: EpochFacts
}

export type ServerFacts =
  | SeenServer
  /** `refused`: it answers, and lets us not in or is not ready. `detail` is constant words, or a code of the system. */
  | { readonly kind: 'unreachable'; readonly address: string; readonly detail: string }
  | { readonly kind: 'refused'; readonly address: string; readonly detail: string }

export type ListFacts =
  | { readonly kind: 'trouble'; readonly detail: string; readonly unreachable: boolean }
  | {
      readonly kind: 'read'
      readonly entries: number
      readonly malformed: readonly string[]
      readonly wrongKeys: readonly string[]
      /** How long ago each was heard of. */
      readonly replicas: readonly { readonly name: string; readonly silentMs: number }[]
    }

export interface IssuerFacts {
  readonly issuer: string
  /** `issuers[0].keys.jwksUri`. */
  readonly setting: string
  /** Why there is no usable set. */
  readonly trouble: string | undefined
  readonly unreachable: boolean
  readonly keys: number
  /** Keys of the set that are not used: id and why. */
  readonly leftOut: readonly string[]
  readonly servedAlgorithms: readonly string[]
  readonly unservedAlgorithms: readonly string[]
}

/** As the configuration has them. */
export interface RouteFacts {
  readonly name: string
  readonly mode: 'enforce' | 'observe' | 'off'
  readonly binding: { readonly anyOf?: readonly string[] | undefined; readonly allOf?: readonly string[] | undefined }
  readonly issuers: readonly string[] | null
  readonly require: { readonly peers: readonly string[] }
}

export interface HolderFacts {
  readonly issuer: string
  /** Of the SPIFFE IDs that its tokens name; undefined: each token says. */
  readonly trustDomain: string | undefined
}

export type RunningFacts =
  | { readonly kind: 'silent'; readonly address: string }
  | { readonly kind: 'foreign'; readonly address: string }
  | {
      readonly kind: 'answers'
      readonly address: string
      readonly components: readonly { readonly name: string; readonly ready: boolean; readonly detail: string }[]
    }

/** What Holdfast's own configuration demands of the Envoy that asks it. */
export interface EnvoyWishes {
  readonly deadlineMs: number
  readonly listen:
    | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
    | { readonly kind: 'unix'; readonly path: string }
  /** `peers.forwardedClientCert.from` */
  readonly forwardedFrom: 'none' | 'envoy'
  readonly trustedHops: number
  readonly routes: readonly RouteFacts[]
  /** A route answers preflights of browsers. */
  readonly cors: boolean
  /** `server.clientSecret` is set. */
  readonly clientSecret: boolean
}

/** `source`: the address or file. `detail`: constant words, or a place in it. */
export type EnvoyFacts =
  | { readonly kind: 'unreachable'; readonly source: string; readonly detail: string }
  | { readonly kind: 'unreadable'; readonly source: string; readonly detail: string }
  /** Whatever stood there: nothing about its form is known. */
  | { readonly kind: 'read'; readonly source: string; readonly value: unknown }

/** `owner`: namespace and job, as Prometheus labels them. */
export interface GateSample {
  readonly owner: string
  readonly holds: boolean
  /** Undefined: the number itself is not there. */
  readonly measured: number | undefined
}

export interface GateConditionFacts {
  readonly name: 'observed' | 'scraped' | 'traffic' | 'judged' | 'clean'
  readonly demands: string
  readonly unit: 'share' | 'checks'
  /** Empty: Prometheus has no data for it. */
  readonly samples: readonly GateSample[]
}

export interface RefusedFacts {
  readonly owner: string
  readonly reason: string
  readonly checks: number
  /** The client mends it by itself, by taking up the nonce that it is handed. */
  readonly byNonce: boolean
}

export type GateFacts =
  | { readonly kind: 'unreachable'; readonly source: string; readonly detail: string }
  | {
      readonly kind: 'answered'
      readonly source: string
      readonly route: string
      /** As the configuration has it. */
      readonly mode: RouteFacts['mode']
      /** `7d` */
      readonly window: string
      readonly conditions: readonly GateConditionFacts[]
      readonly refused: readonly RefusedFacts[]
    }
