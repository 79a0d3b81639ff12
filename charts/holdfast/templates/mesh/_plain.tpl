{{/* The Envoy file of mesh.kind plain: files/envoy/sidecar.yaml, changed in the places that values name. */}}
{{- define "holdfast.plainEnvoy" -}}
{{- $plain := .Values.mesh.plain -}}
{{- $config := include "holdfast.effectiveConfig" . | fromJson -}}
{{- $envoy := .Files.Get "files/envoy/sidecar.yaml" | fromYaml -}}
{{- $listener := first $envoy.static_resources.listeners -}}
{{- $chain := first $listener.filter_chains -}}
{{- $tls := $chain.transport_socket.typed_config.common_tls_context -}}
{{- $manager := (first $chain.filters).typed_config -}}
{{- $authz := (first $manager.http_filters).typed_config -}}
{{- $holdfast := first $envoy.static_resources.clusters -}}
{{- $app := last $envoy.static_resources.clusters -}}
{{- if or (ne $holdfast.name "holdfast") (ne $app.name "app") (ne $authz.stat_prefix "holdfast") -}}
{{- fail "files/envoy/sidecar.yaml: is not laid out as mesh/_plain.tpl expects; a fault of the chart" -}}
{{- end -}}
{{- $_ := set $listener "address" (dict "socket_address" (dict "address" "0.0.0.0" "port_value" (int $plain.listenPort))) -}}
{{- $_ := set $authz.grpc_service "timeout" (include "holdfast.timeoutSeconds" .) -}}
{{- if .Values.secrets.clientSecret.existingSecret -}}
{{- $secret := dict "key" "x-holdfast-client-secret" "value" "%FILE_CONTENT(/etc/envoy/client-secret)%" -}}
{{- $_ := set $authz.grpc_service "initial_metadata" (list $secret) -}}
{{- end -}}
{{- $listen := $config.server.listen -}}
{{- $address := dict "socket_address" (dict "address" "127.0.0.1" "port_value" (include "holdfast.grpcPort" . | int)) -}}
{{- if hasPrefix "unix:" $listen -}}
{{- $address = dict "pipe" (dict "path" (trimPrefix "unix://" $listen)) -}}
{{- end -}}
{{- $_ := set (first (first $holdfast.load_assignment.endpoints).lb_endpoints).endpoint "address" $address -}}
{{- $_ := set (first $holdfast.circuit_breakers.thresholds) "max_requests" (int $config.server.maxConcurrentChecks) -}}
{{- $_ := set (first (first $app.load_assignment.endpoints).lb_endpoints).endpoint.address.socket_address "port_value" (int $plain.appPort) -}}
{{- if eq $plain.certificates "spire" -}}
{{- $source := dict "resource_api_version" "V3" "api_config_source" (dict "api_type" "GRPC" "transport_api_version" "V3" "grpc_services" (list (dict "envoy_grpc" (dict "cluster_name" "spire_agent")))) -}}
{{- $_ := unset $tls "tls_certificates" -}}
{{- $_ := unset $tls "validation_context" -}}
{{- $_ := set $tls "tls_certificate_sds_secret_configs" (list (dict "name" $plain.spire.certificateName "sds_config" $source)) -}}
{{- $_ := set $tls "validation_context_sds_secret_config" (dict "name" $plain.spire.bundleName "sds_config" $source) -}}
{{- $http2 := dict "envoy.extensions.upstreams.http.v3.HttpProtocolOptions" (dict "@type" "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions" "explicit_http_config" (dict "http2_protocol_options" (dict))) -}}
{{- $endpoint := dict "endpoint" (dict "address" (dict "pipe" (dict "path" $plain.spire.socket))) -}}
{{- $agent := dict "name" "spire_agent" "type" "STATIC" "connect_timeout" "1s" "typed_extension_protocol_options" $http2 "load_assignment" (dict "cluster_name" "spire_agent" "endpoints" (list (dict "lb_endpoints" (list $endpoint)))) -}}
{{- /* Envoy asks for no secret without saying who it is; the agent goes by the process, not by this. */ -}}
{{- $_ := set $envoy "node" (dict "id" (include "holdfast.fullname" .) "cluster" .Release.Namespace) -}}
{{- $_ := set $envoy.static_resources "clusters" (append $envoy.static_resources.clusters $agent) -}}
{{- else -}}
{{- $pair := first $tls.tls_certificates -}}
{{- $_ := set $pair "certificate_chain" (dict "filename" (printf "%s/server.crt" $plain.tlsDirectory)) -}}
{{- $_ := set $pair "private_key" (dict "filename" (printf "%s/server.key" $plain.tlsDirectory)) -}}
{{- $_ := set $tls "validation_context" (dict "trusted_ca" (dict "filename" (printf "%s/ca.crt" $plain.tlsDirectory))) -}}
{{- end -}}
{{- toYaml $envoy -}}
{{- end -}}
