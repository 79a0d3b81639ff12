/** The stable names under which dashboards are found and linked. */
export const DASHBOARD_UIDS = ['holdfast-overview', 'holdfast-security', 'holdfast-runtime'] as const

export type DashboardUid = (typeof DASHBOARD_UIDS)[number]
