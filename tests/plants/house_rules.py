"""House rules broken, one for each test of tests/architecture."""

from plants.event_rules import EVENT_RULES
from plants.planting import Plant

ASVS = "tests/architecture/test_asvs.py"
MIGRATIONS = "tests/architecture/test_migrations.py"
ROUTES = "tests/architecture/test_routes.py"
SHAPE = "tests/architecture/test_shape.py"
TRAIL = "tests/architecture/test_trail.py"
WORDS = "tests/architecture/test_words.py"
A_LONG_FUNCTION = "\n\ndef long() -> int:\n    number = 0\n" + "    number += 1\n" * 45
A_SECOND_HEAD = """
revision = "elsewhere"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
"""

HOUSE_RULES = [
    *EVENT_RULES,
    Plant(
        "one head of migrations",
        "services/rfp/migrations/versions/9999_elsewhere.py",
        "",
        A_SECOND_HEAD,
        f"{MIGRATIONS}::test_there_is_one_head",
        "assert 2 == 1",
    ),
    Plant(
        "migrations and tables agree",
        "services/contracts/settlement/persistence.py",
        'Column("input_sha256", sa.String(64), nullable=False)',
        'Column("input_sha256", sa.String(32), nullable=False)',
        f"{MIGRATIONS}::test_migrations_make_the_tables_that_the_code_describes",
        "modify_type",
    ),
    Plant(
        "constraints have names of ours",
        "shared/db.py",
        '    "pk": "pk_%(table_name)s",\n',
        "",
        f"{MIGRATIONS}::test_sqlalchemy_is_told_every_name",
        "assert False",
    ),
    Plant(
        "every route names its actor",
        "services/rfp/plans/api.py",
        "@requires(",
        "@(lambda *_: lambda view: view)(",
        f"{ROUTES}::test_every_route_names_its_actor",
        "/api/v1/plans",
    ),
    Plant(
        "nobody gets in",
        "shared/web/access.py",
        "        abort(401)\n",
        "        return actor\n",
        f"{ROUTES}::test_nobody_gets_in_anywhere",
        "AssertionError: ('GET', '/internal/operations', 500)",
    ),
    Plant(
        "pages lie where the gateway looks",
        "gateway/routes.py",
        '"/admin/evaluations"',
        '"/admin/assessments"',
        f"{ROUTES}::test_pages_and_apis_lie_where_the_gateway_looks_for_them",
        "is routed to nobody",
    ),
    Plant(
        "lists take a limit",
        "services/rfp/awards/api.py",
        "@api.arguments(Page, ",
        "@api.arguments(Page(exclude=['limit']), ",
        f"{ROUTES}::test_a_list_that_goes_on_takes_a_cursor_and_a_limit",
        "/api/v1/awards",
    ),
    Plant(
        "modules are short",
        "shared/kernel.py",
        '"""The few words',
        "\n" * 400 + '"""The few words',
        f"{SHAPE}::test_modules_are_short",
        "shared/kernel.py",
    ),
    Plant(
        "functions are short",
        "services/rfp/plans/domain.py",
        "",
        A_LONG_FUNCTION,
        f"{SHAPE}::test_functions_are_short",
        " long",
    ),
    Plant(
        "subjects hold the same files",
        "services/rfp/plans/rules.py",
        "",
        '"""Rules of plans."""\n',
        f"{SHAPE}::test_subjects_hold_the_same_files",
        "services/rfp/plans/rules",
    ),
    Plant(
        "names say what things are",
        "services/rfp/sealing_utils.py",
        "",
        '"""This and that."""\n',
        f"{SHAPE}::test_names_say_what_things_are",
        "sealing_utils.py",
    ),
    Plant(
        "every member of an enumeration has words",
        "shared/files.py",
        'N_("Not scanned")',
        'N_("Not looked at")',
        f"{SHAPE}::test_every_member_of_an_enumeration_has_words_in_both_languages",
        "NOT_SCANNED: Not looked at",
    ),
    Plant(
        "nothing is left unfinished",
        "shared/kernel.py",
        '"""The few words',
        '"""TO' + "DO: the few words",
        f"{SHAPE}::test_nothing_is_left_unfinished",
        "shared/kernel.py",
    ),
    Plant(
        "import rules hold",
        "services/rfp/plans/domain.py",
        "",
        "\n\nimport sqlalchemy  # noqa\n",
        f"{SHAPE}::test_import_rules_hold",
        "The domain is plain Python BROKEN",
    ),
    Plant(
        "one Chinese for one English",
        "services/rfp/translations/zh_Hans/LC_MESSAGES/messages.po",
        "",
        '\nmsgid "Waits for approval"\nmsgstr "等着"\n',
        f"{WORDS}::test_the_same_english_is_the_same_chinese_everywhere",
        "Waits for approval",
    ),
    Plant(
        "roles in the glossary",
        "docs/glossary.md",
        "| requester | 申请人 |",
        "| requester | 请求者 |",
        f"{WORDS}::test_the_glossary_calls_each_role_as_the_pages_do",
        "请求者",
    ),
    Plant(
        "every action of a service has words",
        "services/rfp/plans/usecases.py",
        'note(session, requester, plan, "plan_submitted")',
        'note(session, requester, plan, "plan_handed_in")',
        f"{TRAIL}::test_every_action_has_words",
        "plan_handed_in",
    ),
    Plant(
        "every action of shared has words",
        "shared/web/trail.py",
        '"events_replayed"',
        '"events_sent_again"',
        f"{TRAIL}::test_so_has_what_every_service_records",
        "events_replayed",
    ),
    Plant(
        "every line of the ASVS says whether it holds",
        "docs/asvs.csv",
        "1.2.6,2,LDAP,not applicable,,,no LDAP",
        "1.2.6,2,LDAP,not applicable,,,",
        f"{ASVS}::test_every_line_says_whether_it_holds",
        "does not say why",
    ),
    Plant(
        "lines of the ASVS stand in order",
        "docs/asvs.csv",
        "1.2.7,2,XPath",
        "1.2.6,2,XPath",
        f"{ASVS}::test_lines_stand_in_order_and_once",
        "(1, 2, 6)",
    ),
    Plant(
        "a test that shows a line of the ASVS is there",
        "tests/gateway/test_edge.py",
        "def test_guessing_is_limited_per_address(",
        "def test_guessing_is_bounded_per_address(",
        f"{ASVS}::test_what_holds_names_tests_that_are_there",
        "test_guessing_is_limited_per_address",
    ),
    Plant(
        "the ASVS is counted right",
        "docs/asvs.csv",
        "1.2.7,2,XPath,not applicable",
        "1.2.7,2,XPath,no",
        f"{ASVS}::test_the_document_counts_as_the_file_does",
        "| 2 |",
    ),
]
