"""Expressions of alerts, labelled by hand: do they drop what is fine? All are valid PromQL."""

from __future__ import annotations

FILTERING = """
up == 0
up{job="scorer"} == 0
up{job=~"scor.*"} != 1
absent(up)
absent(up{job="scorer"})
absent_over_time(up{job="scorer"}[10m])
absent(sum(fraud_requests_total))
rate(errors_total[5m]) > 0
rate(errors_total[5m]) > 0.02
increase(restarts_total[1h]) > 3
sum(rate(errors_total[5m])) > 1
sum by (job) (rate(errors_total[5m])) > 1
sum(rate(errors_total[5m])) by (job) > 1
sum without (instance) (rate(errors_total[5m])) > 1
sum(rate(errors_total[5m])) / sum(rate(requests_total[5m])) > 0.05
100 * sum(rate(errors_total[5m])) / sum(rate(requests_total[5m])) > 5
sum(rate(errors_total[5m])) by (job) / on (job) sum(rate(requests_total[5m])) by (job) > 0.05
sum(rate(a_total[5m])) by (job) > on (job) group_left sum(b) by (job)
histogram_quantile(0.99, sum by (le) (rate(latency_seconds_bucket[5m]))) > 0.5
histogram_quantile(0.95, rate(latency_seconds_bucket{job="x"}[5m])) >= 1
avg_over_time(drift_score[1h]) > 0.2
max_over_time(drift_score[1d]) > 0.25
min_over_time(accuracy[1h]) < 0.8
quantile_over_time(0.9, latency[5m]) > 3
stddev_over_time(score[1h]) > 2
drift_psi > 0.2
drift_psi{feature="amount"} >= 0.2
model_auc < 0.75
model_auc <= 0.75
abs(model_auc - model_auc offset 1d) > 0.05
model_auc < model_auc offset 1w * 0.95
predict_linear(node_filesystem_free_bytes[6h], 4 * 3600) < 0
deriv(queue_length[10m]) > 1
delta(temperature[1h]) > 5
idelta(temperature[1h]) > 5
time() - last_success_timestamp_seconds > 86400
(time() - last_success_timestamp_seconds) / 3600 > 24
time() - max(last_training_timestamp_seconds) > 7 * 24 * 3600
changes(version_info[1h]) > 2
resets(errors_total[1h]) > 0
count(up == 0) > 1
count(up{job="scorer"} == 1) < 2
count by (job) (up == 0)
count(up == 0)
sum(up) < 2
min(up) by (job) == 0
avg(up) < 0.5
(up == 0) * 1
-(up == 0)
up == 0 or absent(up)
up == 0 and on () hour() > 8
up == 0 and job:busy > 1
a > 1 and b > 2
a > 1 or b > 2
a > 1 unless b > 2
a unless b
a unless on (job) b
a and b > 1
a > 1 and b
a > 1 and on (job) b
a and (b > 1)
(a > 1)
((a > 1))
a > 1e3
a > 1.5e-3
a > 0x1F
a > Inf
a > -Inf
a != NaN
a > 5m
a > -1
a > - 1
a > +1
a offset 5m > 1
a @ 1609746000 > 1
a @ end() > 1
a @ start() > 1
max_over_time(a[5m:1m]) > 1
max_over_time((a > 1)[5m:1m])
avg_over_time(rate(a_total[5m])[1h:5m]) > 1
rate(a_total[5m] offset 1h) > 1
topk(3, a) > 1
bottomk(3, a > 1)
topk(3, a > 1)
quantile(0.9, a) > 1
count_values("version", build_version) > 2
group by (job) (a > 1)
stddev(a) > 1
stdvar by (job) (a) > 1
label_replace(a > 1, "x", "$1", "job", "(.*)")
label_join(a, "x", "-", "job", "instance") > 1
clamp_max(a, 1) > 0.5
clamp(a, 0, 1) == 1
round(a, 0.1) > 0.5
ceil(a) > 1
floor(a) > 1
exp(a) > 1
ln(a) > 1
log2(a) > 1
log10(a) > 1
sqrt(a) > 1
sgn(a) > 0
scalar(a) > b
a > scalar(b)
a > bool 1 == 1
(a > bool 1) > 0
vector(1) > a
vector(time()) > a
hour() > 18
day_of_week() == 0
month() > 6 and a
{__name__="up"} == 0
{__name__=~"model_.*_errors_total"} > 5
{job="scorer"} == 0
a{x="y", z!="w"} > 1
a{x=~"y|z", w!~"v.*"} > 1
a{x=""} > 1
a {x = "y"} > 1
sort(a > 1)
sort_desc(a) > 1
timestamp(a) < time() - 600
present_over_time(a[5m]) == 0
last_over_time(a[5m]) > 1
count_over_time(a[5m]) < 1
sum_over_time(a[5m]) > 1
rate(a_total[5m]) * on (pod) group_left (version) info > 1
a % 2 == 1
a ^ 2 > 4
a atan2 b > 1
ALERTS{alertname="X", alertstate="firing"} == 1
kube_pod_status_phase{phase="Failed"} > 0
increase(kube_pod_container_status_restarts_total[15m]) > 3
(sum(rate(a_total{code=~"5.."}[5m])) or vector(0)) / sum(rate(a_total[5m])) > 0.01
1 - sum(rate(a_bucket{le="0.5"}[6h])) / sum(rate(a_count[6h])) > 0.4
"""
KEEPING = """
up
sum(up)
count(up)
rate(errors_total[5m])
increase(errors_total[1h])
sum by (job) (rate(errors_total[5m]))
sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))
histogram_quantile(0.99, sum by (le) (rate(latency_seconds_bucket[5m])))
up == bool 0
sum(up == bool 0)
rate(errors_total[5m]) > bool 0.02
a > bool on (job) b
a and b
a or b
a or b > 1
a > 1 or b
topk(3, a)
bottomk(3, a)
quantile(0.9, a)
max_over_time(a[5m])
max_over_time((a > bool 1)[5m:1m])
avg_over_time(drift_score[1h])
time() - last_success_timestamp_seconds
a - b
a * 100
-a
label_replace(a, "x", "$1", "job", "(.*)")
clamp_max(a, 1)
changes(version_info[1h])
count_values("version", build_version)
{__name__="up"}
a{x="y"}
a offset 5m
sort(a)
time() * a
hour()
predict_linear(free_bytes[6h], 3600)
present_over_time(a[5m])
scalar(a) * b
"""


def lines(text: str) -> list[str]:
    return text.strip().splitlines()


EXPRESSIONS = {
    **dict.fromkeys(lines(FILTERING), True),
    **dict.fromkeys(lines(KEEPING), False),
}
