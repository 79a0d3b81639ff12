{{/*
The volume of the audit log. A chain has one writer: where pods share a claim, each has a folder of its own in it, by its name.
*/}}
{{- define "holdfast.auditVolumes" -}}
{{- $volumes := list -}}
{{- if include "holdfast.auditVolumeWanted" . -}}
{{- $volumes = append $volumes (dict "name" "holdfast-audit" "persistentVolumeClaim" (dict "claimName" .Values.auditVolume.existingClaim)) -}}
{{- end -}}
{{- toJson $volumes -}}
{{- end -}}

{{- define "holdfast.auditMounts" -}}
{{- $mounts := list -}}
{{- if include "holdfast.auditVolumeWanted" . -}}
{{- $mounts = append $mounts (dict "name" "holdfast-audit" "mountPath" (include "holdfast.auditFolder" .) "subPathExpr" "$(POD_NAME)") -}}
{{- end -}}
{{- toJson $mounts -}}
{{- end -}}

{{- define "holdfast.auditEnv" -}}
{{- $env := list -}}
{{- if include "holdfast.auditVolumeWanted" . -}}
{{- $env = append $env (dict "name" "POD_NAME" "valueFrom" (dict "fieldRef" (dict "apiVersion" "v1" "fieldPath" "metadata.name"))) -}}
{{- end -}}
{{- toJson $env -}}
{{- end -}}

{{/* A file that could not be written would be known only from an alert. */}}
{{- define "holdfast.faults.audit" -}}
{{- $faults := list -}}
{{- $file := dig "audit" "file" "" .Values.config | default "" -}}
{{- $mounted := false -}}
{{- range .Values.extraVolumeMounts -}}
{{- if hasPrefix (printf "%s/" (trimSuffix "/" .mountPath)) $file -}}{{- $mounted = true -}}{{- end -}}
{{- end -}}
{{- if and $file (not $mounted) -}}
{{- if eq .Values.mode "sidecar" -}}
{{- $faults = append $faults "config.audit.file: a sidecar has no place to write; set config.audit.stdout: true instead" -}}
{{- else if not (include "holdfast.auditVolumeWanted" .) -}}
{{- $faults = append $faults (printf "config.audit.file: the root file system is read-only; write %s/audit.jsonl and name a claim in auditVolume.existingClaim, or set config.audit.stdout: true instead" (include "holdfast.auditFolder" .)) -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end -}}
