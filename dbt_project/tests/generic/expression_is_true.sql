{#- Fails for every row for which `expression` is not true (null counts as not true). -#}
{% test expression_is_true(model, expression) %}

select *
from {{ model }}
where coalesce({{ expression }}, false) = false

{% endtest %}
