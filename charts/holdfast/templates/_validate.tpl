{{/*
Rules between values that a schema cannot say. Each names the value, what is wrong and the mend; all faults come at once.
Rules within the server's own configuration are not repeated here: `holdfast check-config` and the start have them.
*/}}
{{- define "holdfast.validate" -}}
{{- $faults := concat
  (include "holdfast.faults.config" . | fromJsonArray)
  (include "holdfast.faults.secrets" . | fromJsonArray)
  (include "holdfast.faults.replicas" . | fromJsonArray)
  (include "holdfast.faults.listener" . | fromJsonArray)
  (include "holdfast.faults.peers" . | fromJsonArray)
  (include "holdfast.faults.lifecycle" . | fromJsonArray)
  (include "holdfast.faults.network" . | fromJsonArray)
  (include "holdfast.faults.mesh" . | fromJsonArray)
  (include "holdfast.faults.monitoring" . | fromJsonArray)
  (include "holdfast.faults.drill" . | fromJsonArray)
  (include "holdfast.faults.audit" . | fromJsonArray)
-}}
{{- if $faults -}}
{{- printf "\n\nholdfast: these values do not go together:\n\n  %s\n" (join "\n  " $faults) | fail -}}
{{- end -}}
{{- end -}}

{{- define "holdfast.faults.config" -}}
{{- $faults := list -}}
{{- range list "issuers" "routes" -}}
{{- if not (get $.Values.config .) -}}
{{- $faults = append $faults (printf "config.%s: is missing, so the server could not start; add it as in docs/configuration.md" .) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.keySets.files .Values.keySets.existingConfigMap -}}
{{- $faults = append $faults "keySets.existingConfigMap: stands beside keySets.files; keep one" -}}
{{- end -}}
{{- range $name, $text := .Values.keySets.files -}}
{{- if regexMatch "\"(d|p|q|dp|dq|qi|k)\"\\s*:" $text -}}
{{- $faults = append $faults (printf "keySets.files.%s: holds a private or secret key; publish the public part alone, and take that key out of use" $name) -}}
{{- end -}}
{{- end -}}
{{- if and (empty .Values.image.digest) (eq .Values.image.tag "latest") -}}
{{- $faults = append $faults "image.tag: latest is another image each day; name a version, or a digest" -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}

{{- define "holdfast.faults.secrets" -}}
{{- $faults := list -}}
{{- $places := list
  (list "server.clientSecret" (dig "server" "clientSecret" "" .Values.config) .Values.secrets.clientSecret "clientSecret")
  (list "nonce.secret" (dig "nonce" "secret" "" .Values.config) .Values.secrets.nonce "nonce")
  (list "store.redis.password" (dig "store" "redis" "password" "" .Values.config) .Values.secrets.redisPassword "redisPassword")
-}}
{{- range $places -}}
{{- $key := index . 0 -}}{{- $value := index . 1 -}}{{- $section := index . 3 -}}
{{- if and $value (not (regexMatch "^(file|env):" $value)) -}}
{{- $faults = append $faults (printf "config.%s: a secret must not stand in values; put it into a Secret and name that in secrets.%s.existingSecret" $key $section) -}}
{{- else if and $value (index . 2).existingSecret -}}
{{- $faults = append $faults (printf "config.%s: stands beside secrets.%s.existingSecret, which sets it; keep one" $key $section) -}}
{{- end -}}
{{- end -}}
{{- range list (list "ledger" "secret") (list "console" "secret") (list "audit" "signingKey") -}}
{{- $value := dig (index . 0) (index . 1) "" $.Values.config -}}
{{- if and $value (not (regexMatch "^(file|env):" $value)) -}}
{{- $faults = append $faults (printf "config.%s: a secret must not stand in values; mount it with extraVolumes, and write file:PATH" (join "." .)) -}}
{{- end -}}
{{- end -}}
{{- range list (list "server.tls" (dig "server" "tls" nil .Values.config) .Values.secrets.serverTls "serverTls") (list "store.redis.tls" (dig "store" "redis" "tls" nil .Values.config) .Values.secrets.redisTls "redisTls") -}}
{{- if and (index . 1) (index . 2).existingSecret -}}
{{- $faults = append $faults (printf "config.%s: stands beside secrets.%s.existingSecret, which sets it; keep one" (index . 0) (index . 3)) -}}
{{- end -}}
{{- end -}}
{{- $config := include "holdfast.effectiveConfig" . | fromJson -}}
{{- if and (eq $config.store.kind "redis") (not (dig "nonce" "secret" "" $config)) -}}
{{- $faults = append $faults "secrets.nonce.existingSecret: is missing; replicas that share Redis need one nonce secret: kubectl create secret generic NAME --from-literal=nonce-secret=$(openssl rand -hex 32)" -}}
{{- end -}}
{{- if and .Values.secrets.redisTls.existingSecret (not (hasPrefix "rediss" $config.store.redis.url)) -}}
{{- $faults = append $faults "secrets.redisTls.existingSecret: has no effect with this config.store.redis.url; write rediss://" -}}
{{- end -}}
{{- if ne (empty .Values.secrets.redisTls.certificateKey) (empty .Values.secrets.redisTls.keyKey) -}}
{{- $faults = append $faults "secrets.redisTls: names only one of certificateKey and keyKey; name both, or none" -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}

{{- define "holdfast.faults.replicas" -}}
{{- $faults := list -}}
{{- $config := include "holdfast.effectiveConfig" . | fromJson -}}
{{- $memory := eq $config.store.kind "memory" -}}
{{- $enforces := include "holdfast.enforces" . -}}
{{- $mend := "set config.store.kind: redis, or mode: observe on all routes" -}}
{{- if and $memory (gt (int $config.server.workers) 1) -}}
{{- $faults = append $faults "config.server.workers: workers share no memory, so a proof could be used once in each; set workers: 1, or config.store.kind: redis" -}}
{{- end -}}
{{- if eq .Values.mode "sidecar" -}}
{{- if and $memory $enforces (not .Values.singlePodPerScope) -}}
{{- $faults = append $faults (printf "config.store.kind: each sidecar would have a memory of its own, and a proof could be used once in each; %s, or singlePodPerScope: true where each application runs one pod at a time" $mend) -}}
{{- end -}}
{{- else if and $memory $enforces -}}
{{- if .Values.autoscaling.enabled -}}
{{- $faults = append $faults (printf "autoscaling.enabled: each pod would have a memory of its own, and a proof could be used once in each; %s" $mend) -}}
{{- else if gt (int .Values.replicaCount) 1 -}}
{{- $faults = append $faults (printf "replicaCount: each pod would have a memory of its own, and a proof could be used once in each; set it to 1; or %s" $mend) -}}
{{- end -}}
{{- if eq .Values.updateStrategy.type "RollingUpdate" -}}
{{- $faults = append $faults (printf "updateStrategy.type: RollingUpdate runs two pods at once, each with a memory of its own; use Recreate; or %s" $mend) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (gt (int .Values.autoscaling.minReplicas) (int .Values.autoscaling.maxReplicas)) -}}
{{- $faults = append $faults "autoscaling.minReplicas: is above maxReplicas; swap them" -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (eq (int .Values.autoscaling.targetCPUUtilizationPercentage) 0) (not .Values.autoscaling.metrics) -}}
{{- $faults = append $faults "autoscaling.metrics: there is nothing to scale by; set targetCPUUtilizationPercentage, or name metrics" -}}
{{- end -}}
{{- with .Values.podDisruptionBudget -}}
{{- if and (ne (toString .minAvailable) "") (ne (toString .maxUnavailable) "") -}}
{{- $faults = append $faults "podDisruptionBudget.minAvailable: stands beside maxUnavailable; keep one" -}}
{{- end -}}
{{- end -}}
{{- with .Values.updateStrategy -}}
{{- if and (has (toString .maxUnavailable) (list "0" "0%" "")) (has (toString .maxSurge) (list "0" "0%" "")) -}}
{{- $faults = append $faults "updateStrategy.maxSurge: with maxUnavailable 0 no update could ever begin; raise one of them" -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}

{{- define "holdfast.faults.listener" -}}
{{- $faults := list -}}
{{- $config := include "holdfast.effectiveConfig" . | fromJson -}}
{{- $local := include "holdfast.isLocal" $config.server.listen -}}
{{- $mutual := dig "server" "tls" "clientCa" "" (dict "server" (dict "tls" (default dict $config.server.tls))) -}}
{{- if eq .Values.mode "sidecar" -}}
{{- if and (not $local) (not $mutual) -}}
{{- $faults = append $faults "config.server.listen: any pod could ask, and burn the proofs of others; listen on 127.0.0.1 or a unix:// socket in a sidecar, or use secrets.serverTls with clientCaKey" -}}
{{- end -}}
{{- else -}}
{{- if $local -}}
{{- $faults = append $faults "config.server.listen: nothing outside of the pod could ask a standalone server there; leave it out, or write 0.0.0.0:PORT" -}}
{{- end -}}
{{- $istio := and (eq .Values.mesh.kind "istio") .Values.mesh.istio.callers -}}
{{- if not (or $mutual $istio $local) -}}
{{- if not .Values.insecureOpenListener -}}
{{- $faults = append $faults "secrets.serverTls.existingSecret: is missing with its clientCaKey, so that any pod could ask and burn the proofs of others; name it (mTLS), or set mesh.kind: istio with mesh.istio.callers, or insecureOpenListener: true behind a networkPolicy" -}}
{{- else if not (or .Values.networkPolicy.enabled .Values.secrets.clientSecret.existingSecret) -}}
{{- $faults = append $faults "insecureOpenListener: nothing would keep other pods from asking; set networkPolicy.enabled: true, or secrets.clientSecret.existingSecret" -}}
{{- end -}}
{{- end -}}
{{- if include "holdfast.isLocal" $config.admin.listen -}}
{{- $faults = append $faults "config.admin.listen: the kubelet asks the address of the pod whether it is ready; leave it out, or write 0.0.0.0:PORT" -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}

{{- define "holdfast.faults.peers" -}}
{{- $faults := list -}}
{{- $source := include "holdfast.peerSource" . -}}
{{- $from := dig "peers" "forwardedClientCert" "from" "" .Values.config -}}
{{- if and (eq .Values.mode "standalone") (eq $source "") -}}
{{- $faults = append $faults "peerSource: nothing says how a standalone server learns who the caller is; set mesh.kind, or peerSource: connection, header or none" -}}
{{- end -}}
{{- if and (eq .Values.peerSource "header") (eq $from "none") -}}
{{- $faults = append $faults "peerSource: header contradicts config.peers.forwardedClientCert.from: none; leave that out" -}}
{{- end -}}
{{- if and (eq .Values.peerSource "none") (eq $from "envoy") -}}
{{- $faults = append $faults "peerSource: none contradicts config.peers.forwardedClientCert.from: envoy; leave one of them out" -}}
{{- end -}}
{{- if eq $source "none" -}}
{{- range .Values.config.routes -}}
{{- $all := default list (dig "binding" "allOf" list .) -}}
{{- $any := default list (dig "binding" "anyOf" list .) -}}
{{- $needs := or (has "certificate" $all) (has "workload" $all) (dig "require" "peers" list .) -}}
{{- if or $needs (and $any (not (has "dpop" $any)) (not (has "insecureBearer" $any))) -}}
{{- $faults = append $faults (printf "peerSource: route %s needs to know the caller, and none tells; use connection or header, or binding: { anyOf: [dpop] } without require.peers" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}

{{- define "holdfast.faults.lifecycle" -}}
{{- $faults := list -}}
{{- $config := include "holdfast.effectiveConfig" . | fromJson -}}
{{- $drain := int (dig "server" "drainSeconds" 5 .Values.config) -}}
{{- if eq .Values.mode "standalone" -}}
{{- $needed := add (int .Values.preStopSleepSeconds) $drain 2 -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $needed) -}}
{{- $faults = append $faults (printf "terminationGracePeriodSeconds: a pod would be killed while it drains; make it at least %d (preStopSleepSeconds, config.server.drainSeconds, and 2)" $needed) -}}
{{- end -}}
{{- end -}}
{{- if and (ne .Values.mesh.kind "none") (ge (int $config.server.deadlineMs) (int .Values.mesh.timeoutMs)) -}}
{{- $faults = append $faults (printf "mesh.timeoutMs: Envoy would give up before Holdfast answers for itself; make it larger than config.server.deadlineMs (%d)" (int $config.server.deadlineMs)) -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}

{{- define "holdfast.faults.network" -}}
{{- $faults := list -}}
{{- if and (eq .Values.mode "standalone") .Values.networkPolicy.enabled -}}
{{- $policy := .Values.networkPolicy -}}
{{- $config := include "holdfast.effectiveConfig" . | fromJson -}}
{{- if not $policy.callers -}}
{{- $faults = append $faults "networkPolicy.callers: is empty, so no Envoy could ask; name the pods of Envoy, or set networkPolicy.enabled: false" -}}
{{- end -}}
{{- if and (eq $policy.kind "kubernetes") (not $policy.extraEgress) -}}
{{- if and (eq $config.store.kind "redis") (not $policy.redis) -}}
{{- $faults = append $faults "networkPolicy.redis: is empty, so Redis could not be reached; name its pods or addresses" -}}
{{- end -}}
{{- if and (include "holdfast.jwksHosts" . | fromJsonArray) (not $policy.jwks) -}}
{{- $faults = append $faults "networkPolicy.jwks: is empty, so the key sets of config.issuers could not be fetched; name their addresses (ipBlock), or set networkPolicy.kind: cilium, which takes their names" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}

{{- define "holdfast.faults.mesh" -}}
{{- $faults := list -}}
{{- $mesh := .Values.mesh -}}
{{- $standalone := eq .Values.mode "standalone" -}}
{{- if eq $mesh.kind "istio" -}}
{{- if and $mesh.istio.selector $mesh.istio.targetRefs -}}
{{- $faults = append $faults "mesh.istio.targetRefs: stands beside selector; Istio takes one of them" -}}
{{- end -}}
{{- if and $mesh.istio.peerCertificateFilter $mesh.istio.targetRefs -}}
{{- $faults = append $faults "mesh.istio.peerCertificateFilter: an EnvoyFilter follows selector only here; use selector, or peerSource: header" -}}
{{- end -}}
{{- if and $mesh.istio.callers (not $standalone) -}}
{{- $faults = append $faults "mesh.istio.callers: is for mode: standalone; a sidecar listens on loopback" -}}
{{- end -}}
{{- if and $standalone .Values.secrets.serverTls.existingSecret -}}
{{- $faults = append $faults "secrets.serverTls.existingSecret: Istio's own mTLS carries the checks, and its provider has no field for another; leave it out, and set mesh.istio.callers" -}}
{{- end -}}
{{- if .Values.secrets.clientSecret.existingSecret -}}
{{- $faults = append $faults "secrets.clientSecret.existingSecret: Istio has no field for it; leave it out" -}}
{{- end -}}
{{- end -}}
{{- if eq $mesh.kind "envoy-gateway" -}}
{{- if not $standalone -}}
{{- $faults = append $faults "mesh.kind: envoy-gateway asks a Service; set mode: standalone" -}}
{{- end -}}
{{- if not (or $mesh.envoyGateway.gateway $mesh.envoyGateway.targets) -}}
{{- $faults = append $faults "mesh.envoyGateway.gateway: names nothing to protect; name the Gateway, or targets" -}}
{{- end -}}
{{- if .Values.secrets.clientSecret.existingSecret -}}
{{- $faults = append $faults "secrets.clientSecret.existingSecret: Envoy Gateway has no field for it; leave it out" -}}
{{- end -}}
{{- if and .Values.secrets.serverTls.existingSecret (not $mesh.envoyGateway.backendCaConfigMap) -}}
{{- $faults = append $faults "mesh.envoyGateway.backendCaConfigMap: the gateway would speak plaintext to a TLS listener; name the ConfigMap with the authority (ca.crt) of secrets.serverTls" -}}
{{- end -}}
{{- end -}}
{{- if and (eq $mesh.kind "plain") $standalone -}}
{{- $faults = append $faults "mesh.kind: plain is an Envoy beside the application with Holdfast on loopback; set mode: sidecar, or take envoy/gateway.yaml of the project as a start and mesh.kind: none" -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}

{{- define "holdfast.faults.monitoring" -}}
{{- $faults := list -}}
{{- $config := include "holdfast.effectiveConfig" . | fromJson -}}
{{- $monitor := .Values.monitoring.podMonitor -}}
{{- $asked := ne (toString $monitor.enabled) "false" -}}
{{- if and $asked (eq .Values.mode "sidecar") (eq $monitor.variant "direct") (include "holdfast.isLocal" $config.admin.listen) -}}
{{- $faults = append $faults "monitoring.podMonitor.variant: direct scrapes the address of the pod, where config.admin.listen is not; write config.admin.listen: 0.0.0.0:9901, or under Istio the variant merged or targets" -}}
{{- end -}}
{{- if and $asked (ne (toString .Values.monitoring.serviceMonitor.enabled) "false") -}}
{{- $faults = append $faults "monitoring.serviceMonitor.enabled: each pod would be scraped twice beside podMonitor; keep one" -}}
{{- end -}}
{{- if and (ne (toString .Values.monitoring.serviceMonitor.enabled) "false") (eq .Values.mode "sidecar") -}}
{{- $faults = append $faults "monitoring.serviceMonitor.enabled: sidecars have no Service; use monitoring.podMonitor" -}}
{{- end -}}
{{- if and (eq $monitor.variant "targets") (not $monitor.appTarget) (eq .Values.mode "sidecar") $asked -}}
{{- $faults = append $faults "monitoring.podMonitor.appTarget: is empty; variant targets joins our metrics with those of the application, else use merged" -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}
