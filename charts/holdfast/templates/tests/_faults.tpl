{{/*
Rules of the drill (_validate.tpl calls them). The first holds with and without a test: who has the drill's key could make a token
for every route that believes its issuer, and a route without `issuers` believes all.
*/}}
{{- define "holdfast.faults.drill" -}}
{{- $faults := list -}}
{{- $drillIssuers := list -}}
{{- range .Values.config.issuers -}}
{{- if regexMatch "^https://([^/]+\\.)?drill\\.invalid(/|$)" .issuer -}}{{- $drillIssuers = append $drillIssuers .issuer -}}{{- end -}}
{{- end -}}
{{- range $route := .Values.config.routes -}}
{{- if and $drillIssuers (ne (default "enforce" $route.mode) "off") (not (include "holdfast.isDrillRoute" $route)) -}}
{{- if not $route.issuers -}}
{{- $faults = append $faults (printf "config.routes (%s): has no issuers, so it believes the drill's too, whose key lies in a Secret for tests; name its own" $route.name) -}}
{{- end -}}
{{- range $drillIssuers -}}
{{- if has . (default list $route.issuers) -}}
{{- $faults = append $faults (printf "config.routes (%s): believes the drill's issuer, whose key lies in a Secret for tests; take %s out of its issuers" $route.name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.helmTest.enabled .Values.helmTest.drill.existingSecret (not .Values.helmTest.drill.target) -}}
{{- $faults = concat $faults (include "holdfast.faults.directDrill" . | fromJsonArray) -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}

{{/* "true" for a route that takes nothing but names below drill.invalid. */}}
{{- define "holdfast.isDrillRoute" -}}
{{- $names := default list .match.authorities -}}
{{- with .match.authority -}}{{- $names = append $names . -}}{{- end -}}
{{- $other := empty $names -}}
{{- range $names -}}
{{- if not (regexMatch "^([^:]+\\.)?drill\\.invalid(:[0-9]+)?$" .) -}}{{- $other = true -}}{{- end -}}
{{- end -}}
{{- ternary "" "true" $other -}}
{{- end -}}

{{/* What a drill that asks the Service itself needs. */}}
{{- define "holdfast.faults.directDrill" -}}
{{- $faults := list -}}
{{- $config := include "holdfast.effectiveConfig" . | fromJson -}}
{{- $tls := $config.server.tls -}}
{{- $own := .Values.helmTest.drill.clientTls -}}
{{- if eq .Values.mode "sidecar" -}}
{{- $faults = append $faults "helmTest.drill.target: is missing; sidecars listen within their pods, so name the https URL of an Envoy that asks one, or use kubectl port-forward (docs/helm.md)" -}}
{{- else if and (eq .Values.mesh.kind "istio") .Values.mesh.istio.callers -}}
{{- $faults = append $faults "helmTest.drill.target: is missing; Istio lets mesh.istio.callers alone ask the Service, so name the https URL of the gateway" -}}
{{- else -}}
{{- $found := "" -}}
{{- range .Values.config.routes -}}{{- if include "holdfast.isDrillRoute" . -}}{{- $found = "true" -}}{{- end -}}{{- end -}}
{{- if not $found -}}
{{- $faults = append $faults "config.routes: has none for drill.invalid, so the drill would be turned away; add the one that holdfast drill --new-world prints, or name helmTest.drill.target" -}}
{{- end -}}
{{- if gt (int (dig "peers" "forwardedClientCert" "trustedHops" 0 .Values.config)) 0 -}}
{{- $faults = append $faults "helmTest.drill.target: is missing; with config.peers.forwardedClientCert.trustedHops only a chain of proxies can ask, so name the https URL of the first" -}}
{{- end -}}
{{- if and $tls (not $own.existingSecret) -}}
{{- $faults = append $faults "helmTest.drill.clientTls.existingSecret: is missing; the Service speaks TLS, so name the Secret with ca.crt and, for mTLS, tls.crt and tls.key" -}}
{{- else if and $tls (get $tls "clientCa") (not (and $own.certificateKey $own.keyKey)) -}}
{{- $faults = append $faults "helmTest.drill.clientTls.certificateKey: is empty, or keyKey is; the Service demands a certificate (mTLS), so name both" -}}
{{- else if ne (empty $own.certificateKey) (empty $own.keyKey) -}}
{{- $faults = append $faults "helmTest.drill.clientTls: names only one of certificateKey and keyKey; name both, or none" -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}
