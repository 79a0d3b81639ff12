{{/* What mesh objects, NOTES and tests name the same way. */}}

{{/* Port of the provider: that of the listener, or 9191 for a socket, where it is a name only. */}}
{{- define "holdfast.istioPort" -}}
{{- if eq .Values.mode "standalone" -}}
{{- int .Values.service.port -}}
{{- else -}}
{{- include "holdfast.grpcPort" . | int | default 9191 -}}
{{- end -}}
{{- end -}}

{{/* Host that the provider names. */}}
{{- define "holdfast.istioHost" -}}
{{- $service := printf "%s.%s.svc.cluster.local" (include "holdfast.fullname" .) .Release.Namespace -}}
{{- ternary $service .Values.mesh.istio.host (eq .Values.mode "standalone") -}}
{{- end -}}

{{/* Milliseconds as Envoy and Istio write a duration: 0.25s. */}}
{{- define "holdfast.timeoutSeconds" -}}
{{- $ms := int .Values.mesh.timeoutMs -}}
{{- $fraction := mod $ms 1000 | printf "%03d" | trimSuffix "0" | trimSuffix "0" | trimSuffix "0" -}}
{{- printf "%d%ss" (div $ms 1000) (ternary "" (printf ".%s" $fraction) (empty $fraction)) -}}
{{- end -}}

{{/* The fragment of meshConfig that an operator of Istio merges. Without a timeout Istio waits for ten minutes. */}}
{{- define "holdfast.meshConfig" -}}
meshConfig:
  extensionProviders:
    - name: {{ .Values.mesh.istio.providerName }}
      envoyExtAuthzGrpc:
        service: {{ include "holdfast.istioHost" . }}
        port: {{ include "holdfast.istioPort" . }}
        timeout: {{ include "holdfast.timeoutSeconds" . }}
        failOpen: false
        statusOnError: "503"
{{- end -}}

{{/* Headers that Holdfast reads: all that a gateway has to send. */}}
{{- define "holdfast.readHeaders" -}}
- authorization
- dpop
- x-forwarded-client-cert
- traceparent
- user-agent
- origin
- access-control-request-method
{{- end -}}
