"""How people call sections, indicators and columns besides their own names, in English and Russian.

A name that could mean two things in one place stands for neither: what is ambiguous is told, never guessed.
"""

from collections import Counter
from difflib import get_close_matches

from mapping.content.spellings import squashed

SECTIONS = {
    "immigration": ("Immigrants", "Иммиграция", "Иммигранты"),
    "emigration": ("Emigrants", "Эмиграция", "Эмигранты", "Трудовая эмиграция"),
    "return_migration": ("Returnees", "Возвратная миграция", "Возвращение мигрантов", "Вернувшиеся мигранты"),
    "undocumented_migration": (
        "Irregular migration",
        "Irregular migration, trafficking and smuggling",
        "Недокументированная миграция",
        "Нерегулярная миграция",
        "Незаконная миграция",
    ),
    "refugees_hosted": (
        "Hosted refugees",
        "Refugees in the country",
        "Беженцы, принятые в стране",
        "Беженцы в стране",
        "Принятые беженцы",
    ),
    "refugees_from": ("Refugees abroad", "Беженцы из страны", "Беженцы за рубежом"),
    "internal_displacement": (
        "IDPs",
        "Internally displaced persons",
        "Внутреннее перемещение",
        "Внутренне перемещенные лица",
        "ВПЛ",
    ),
    "internal_mobility": ("Internal migration", "Внутренняя мобильность", "Внутренняя миграция"),
    "big_data": ("Большие данные",),
    "remittances": ("Remittances and FDI", "Денежные переводы", "Переводы мигрантов"),
}
_MEASURES = {
    "stock": ("Stock", "Stocks", "Численность", "Контингент", "Запас", "Запасы"),
    "flow": ("Flow", "Flows", "Поток", "Потоки"),
    "prospective_emigrants": ("Prospective emigrants", "Потенциальные эмигранты", "Потенциальные трудовые эмигранты"),
    "migration_reasons_and_period": ("Reasons for migration", "Причины и период миграции", "Причины миграции"),
    "trafficking_cases": ("Trafficking cases", "Случаи торговли людьми", "Зарегистрированные случаи торговли людьми"),
    "trafficking_victims": ("Trafficking victims", "Жертвы торговли людьми"),
    "trafficking_routes": ("Trafficking routes", "Маршруты торговли людьми", "Основные маршруты торговли людьми"),
    "smuggling_routes_and_methods": ("Smuggling routes", "Маршруты и методы незаконного ввоза мигрантов"),
    "irregular_recruitment": ("Irregular recruitment", "Незаконный набор и трудоустройство за рубежом"),
    "irregular_migration_offences": (
        "Irregular migration offences",
        "Уголовные дела об организации незаконной миграции",
    ),
    "asylum_seekers": ("Asylum seekers", "Лица, ищущие убежище", "Просители убежища"),
    "big_data_collection": ("Big data collection", "Систематический сбор больших данных"),
    "search_queries_migration": ("Поисковые запросы и миграционные потоки",),
    "search_queries_remittances": ("Поисковые запросы и денежные переводы",),
    "digital_trace_data": ("Digital trace data", "Данные мобильной связи, социальных сетей, приложений и датчиков"),
    "remittance_inflow": ("Remittances received", "Приток денежных переводов"),
    "remittance_outflow": ("Remittances sent", "Отток денежных переводов"),
    "remittance_net_flow": ("Net remittances", "Чистый поток денежных переводов", "Сальдо денежных переводов"),
    "foreign_direct_investment": ("FDI", "Foreign direct investment", "Прямые иностранные инвестиции", "ПИИ"),
    "remittance_share_of_gdp": ("Remittances, % of GDP", "Денежные переводы в процентах ВВП", "Доля переводов в ВВП"),
}
_BREAKDOWNS = {
    "total": ("", "total", "всего", "общая", "общий"),
    "gender": ("by gender", "by sex", "по полу"),
    "age": ("by age", "by age group", "по возрасту", "по возрастным группам"),
    "location_host": ("by location in host country", "по месту проживания в принимающей стране", "по регионам"),
    "place_of_origin": ("by place of origin", "по месту происхождения", "по месту происхождения в родной стране"),
    "country_of_origin": ("by country of origin", "по стране происхождения", "по странам происхождения"),
    "country_of_destination": ("by country of destination", "по стране назначения", "по странам назначения"),
    "employment_status": ("by employment", "by employment status", "по статусу занятости", "по занятости"),
    "education_level": ("by education", "by education level", "по уровню образования", "по образованию"),
    "purpose": ("by purpose", "by reason", "по цели", "по целям", "по причине", "по причинам"),
    "ethnicity": ("by ethnicity", "по национальности", "по этнической принадлежности"),
    "marital_status": ("by marital status", "по семейному положению"),
    "duration_or_status": ("by length of stay", "по продолжительности пребывания или статусу"),
    "skill_level": ("by skill", "by skill level", "по квалификации", "по уровню квалификации"),
    "country_of_return": ("by country of return", "по стране возвращения"),
    "place_of_return": ("by place of return", "по месту возвращения"),
    "previous_work": ("by previous work", "по прежней работе"),
    "location_in_country": ("by location", "по месту", "по регионам страны"),
    "form_of_exploitation": ("by form of exploitation", "по форме эксплуатации", "по видам эксплуатации"),
    "victim_profile": ("by profile", "по возрасту, полу и другим характеристикам"),
    "recognising_body": ("by recognising body", "по признавшему органу"),
    "place_of_destination": ("by place of destination", "по месту назначения"),
    "type_of_disaster": ("by type of disaster", "по виду бедствия", "по типу бедствия", "по видам бедствий"),
    "place_of_displacement": ("by place of displacement", "по месту перемещения"),
    "place_of_origin_and_destination": ("by place of origin and destination", "по месту выбытия и прибытия"),
    "type_of_move": ("by type of move", "по типу перемещения", "внутри регионов и между ними"),
    "type_of_work": ("by type of work", "по виду работы"),
    "registration_status": ("by registration status", "по статусу регистрации"),
    "type_of_activity": ("by type of activity", "по виду деятельности", "по видам деятельности"),
    "investing_country": ("by investing country", "by country", "по стране-инвестору", "по странам"),
}
COLUMNS = {  # by the field of a column
    "short_name": ("Source name", "Источник", "Название источника"),
    "authors": ("Author", "Author(s)", "Авторы", "Автор"),
    "institution": ("Organisation", "Organization", "Учреждение", "Организация", "Ведомство"),
    "title": ("Title of survey", "Название", "Название обследования", "Название / наименование обследования"),
    "link": ("URL", "Web link", "Ссылка", "Ссылка на обследование"),
    "data_source_type": ("Type of data source", "Источник данных", "Вид источника данных"),
    "frequency": ("Periodicity", "Периодичность", "Частота"),
    "access": (
        "Public?",
        "Availability to the public",
        "Доступ",
        "Общедоступно",
        "Публично доступно",
        "В открытом доступе",
    ),
    "breakdowns": ("Breakdowns", "Disaggregation", "Разбивки", "Доступные разбивки", "Разбивка данных"),
    "definition_used": ("Definition", "Определение", "Используемое определение"),
    "languages": ("Язык", "Языки"),
    "citation_key": ("Reference", "Ключ ссылки", "Ключ цитирования"),
    "access_detail": ("Как получить",),
    "years_covered": ("Years", "Охваченные годы", "Годы"),
    "accessed_on": ("Date of access", "Дата обращения"),
    "archived_link": ("Archived link", "Архивная копия"),
    "note": ("Notes", "Comment", "Comments", "Примечание", "Примечания", "Комментарий"),
    "section": ("Раздел",),
    "indicator": ("Показатель", "Индикатор"),
    "year": ("Year(s)", "Год", "Годы"),
    "source": ("Источник",),
    "statement_kind": ("Вид заявления",),
    "statement": ("Кто сообщил, где",),
    "stated_on": ("Когда",),
    "value": ("Значение", "Доступность", "Наличие данных"),
    "scope": ("Чьи данные",),
    "nature": ("Характер данных",),
    "period": ("Отчетная дата или период",),
    "subgroup": ("Подгруппа",),
    "collector": ("Кто собирает",),
    "publisher": ("Кто публикует",),
    "confidence": ("Уверенность",),
    "coverage_note": ("Охват",),
    "locator": ("Место в источнике",),
    "partial_note": ("О причине частичной доступности",),
    "resolution": ("Как разрешено противоречие",),
    "exercise": ("Упражнение", "Страна и год"),
    "id": ("ID", "Идентификатор"),
}
YEAR = COLUMNS["year"]
SHEETS = {"claims": ("Сведения", "Утверждения"), "notes": ("Примечания к ячейкам",), "sources": ("Прочие источники",)}


def section_spellings(sections):
    """Return {squashed name: SectionPart}; a sheet's name is cut where Excel cuts it."""
    own = {squashed(name): part for part in sections for name in (part.key, part.title, part.sheet)}
    usual = [(name, part) for part in sections for name in SECTIONS.get(part.key, ())]
    return _clear((*usual, *((name[:31], part) for name, part in usual))) | own


def indicator_spellings(indicators):
    """Return {squashed name: Indicator} of one section."""
    own = {squashed(name): item for item in indicators for name in (item.key, item.title)}
    return _clear((name, item) for item in indicators for name in _names_of(item)) | own


def _names_of(indicator):
    return {
        f"{measure} {breakdown}"
        for measure in _MEASURES.get(indicator.measure, ())
        for breakdown in _BREAKDOWNS.get(indicator.breakdown, ())
    }


def _clear(pairs):
    """Return {squashed name: meaning} of those names that have one meaning."""
    meanings = {(squashed(name), id(meaning)): meaning for name, meaning in pairs}
    times = Counter(name for name, _meaning in meanings)
    return {name: meaning for (name, _id), meaning in meanings.items() if times[name] == 1}


def near(text, names, most=3):
    """Return those of `names` that look like a text, the most alike first."""
    by_spelling = {squashed(name): name for name in names}
    return [by_spelling[found] for found in get_close_matches(squashed(text), by_spelling, most, 0.7)]
