"""The words that tell what a date is: the cue tables of the role rules, in every language read here.

What comes in: nothing. What goes out: compiled patterns; `monitor.understand.dates.roles` says in which order they count.
Patterns that end in `$` look at the words before a date, those that start at its end use `match`.
"""

from __future__ import annotations

import re


def _rx(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


CLOCK = _rx(
    r"""(?:^|(?<=[\s(]))(?:(?:the|at|late|early|midnight|noon|close\ of\ business|cob|end\ of\ day|about|around|local\ time|
    \d{1,2}(?:[:.]\d\d)?(?:\s?[ap]\.?m\.?)?|[ap]\.?m\.?|(?:[ECMP][SD]?T|UTC|GMT|CET|BST|CST|JST)|eastern(?:\ time)?|time|dem|den|le|el
    |il|o|dia|
    (?:the\ )?(?:end|start|beginning|middle)\ of|early|mid|late)[\s,]+)+$"""
)
"""Clock times and articles between a preposition and its day: "by midnight on the"."""

CLOCK_ON = _rx(r"(?:\d{1,2}(?:[:.]\d\d)?(?:\s?[ap]\.?m\.?)?|midnight|noon)(?:\s+[A-Z]{2,4})?(?:\s+(?:\w+\s+)?time)?,?\s+on\s+$")
"""The clock time of "by 5 p.m. ET on", so that "by" is seen."""

START = _rx(
    r"""(?:effective(?:\ date)?(?:\ (?:is|was|on|from|as\ of|as\ from|at|in|after))?|(?:compliance|implementation|in-force
    |start(?:ing)?|entry[-\ ]into[-\ ]force|cut-?off|shut-?down|sunset|end-of-life|termination)\ date(?:\ (?:is|of))?
    |(?:starting|beginning|commencing|start(?:s|ed)?|begin(?:s|ning)?|began)(?:\ (?:on|from|at|in|as\ of))?|as\ (?:of|from)
    |with\ effect\ (?:from|on|as\ of)|effect\ (?:from|as\ of)|in\ (?:force|effect)\ (?:from|on|as\ of|since)
    |(?:com(?:es?|ing)|came|enter(?:s|ed|ing)?|go(?:es)?|went|entry|put|brought)\ (?:fully\ )?in(?:to)?\ (?:force|effect
    |operation)(?:\ (?:on|from|at|in|as\ of|by|this|after))?
    |(?:tak(?:es?|ing)|took|taken|have|has|had|give[sn]?)\ effect(?:\ (?:on|from|at|in|as\ of|by|this|after|only))?|(?:appl(?:y|ies
    |icable|ied)|enforceable|enforced|valid|in\ force|operative|live)(?:\ (?:from|on|as\ of|starting|in|after))
    |\bfrom|\bab|à\ (?:partir|compter)\ d[ue]|dès\ le|\ba?\ ?partir\ d(?:el|e|o)|desde(?:\ el)?|a\ decorrere\ dal?|\bdal|vanaf
    |начиная\ с|\btừ|(?<!\w)со?|mulai|\bod|від
    |in\ kraft(?:\ (?:am|zum|ab))?|gilt\ ab|en\ vigueur\ (?:le|du)|en\ vigor\ el|em\ vigor\ (?:em|no\ dia)|(?:в\ силу
    |in\ vigore\ (?:il|dal))
    |(?:自|从|自從|於|由|将于|将自)|(?:生效|施行|实施|执行|停服|截止|下架)(?:日期|时间|日)(?:为|是|定于|定在)?|(?:开始于
    |始于))[\s:,(（：]*$"""
)
SINCE = _rx(r"(?:\bsince|\bseit(?:\ dem)?|depuis(?:\ le)?|自从)[\s:]*$")
UNTIL = _rx(
    r"""(?:\buntil|\btill?|\bthrough|\bthru|\bup\ to|\bby|\bbefore|(?:no|not)\ later\ than|on\ or\ before|\bprior\ to|\bahead\ of
    |\bbis(?:\ zum)?|jusqu'(?:au|à)|avant\ le|d'ici\ (?:le|au)|hasta(?:\ el)?|antes\ del?|\baté(?:\ o\ dia)?|fino\ al?
    |\bentro(?:\ il)?|(?<!\w)до|(?<!\w)к|\btot|\bdo
    |\b(?:deadline|due|closes?|closing|close|ends?|expires?|expire|expiring|expiry|ending)(?:\ date)?(?:\ (?:is|of|for|on|at|in))?
    |截至|截止(?:时间|日期|日)?(?:为|是|至|到|於|于)?|至|到|直至|期限为)[\s:,(（：]*$"""
)
UNTIL_AFTER = _rx(r"\s*(?:止|截止|前|之前|以前|为止|结束|到期|까지|まで|期限|迄)")
START_AFTER = _rx(
    r"""\s*(?:零时|凌晨|[0-2]?\d[时点](?:[0-5]\d分)?|0:00|(?:上|下)午|当天|（[^）]{0,12}）)?\s*(?:起|开始|正式生效|生效|施行|实施|執行
    |执行|正式(?:施行|实施|执行|停止|关闭|下架)|부터|から|より|に(?:発効|施行)|시행|발효)"""
)
ZH_WILL_AFTER = _rx(
    r"""\s*(?:后|之后|以后)?(?:将|起)?(?:全面|正式|彻底)?(?:停止|关闭|终止|下架|停服|中断|屏蔽|封锁|限制|禁用|切断|退出|生效)"""
)
AFTER = _rx(r"(?:\bafter|\bpast|\bbeyond|\bfollowing|\bnach(?:\ dem)?|après\ le|después\ del?|após|dopo\ il|после)[\s:]*$")
AFTER_AFTER = _rx(r"\s*(?:后|之后|以后|이후|以降)")

OLD_DAY = _rx(
    r"""(?:(?:\bfrom|\bvon|\bdu|\bdel|\bde)(?:\ (?:the|its|an?))?(?:\ (?:original|initial|previous|planned))?(?:\ \w+){0,2}(?:\ of)?
    |original(?:ly)?(?:\ [\w-]+){0,4}|initial(?:ly)?(?:\ [\w-]+){0,4}|previous(?:ly)?(?:\ [\w-]+){0,4}
    |instead\ of|rather\ than|原定(?:于|的|在)?|原计划(?:于|在)?|原本(?:定于)?|本应(?:于)?|本来(?:于)?|(?:由|从)(?:原定的?
    |原来的?)?)[\s:]*$"""
)
NEW_DAY = _rx(r"(?:\bto|\buntil|\btill|\bfor|\bauf(?:\ den)?|\bau|\bal|\bpara|至|到|为|于|auf)[\s:]*$")
MOVED = _rx(
    r"""\b(?:postpon|delay|push(?:ed|es|ing)?\ (?:it\ |them\ |that\ |this\ |the\ [\w\ ]{0,40})?back|defer|extend|extension|mov(?:e|ed
    |es|ing)\ (?:it|the|back|its|up)|moved|shift(?:ed|s)\b|put\ off|put\ back|reschedul|bring(?:s|ing)?\ forward|brought\ forward
    |later\ than\ planned|verschob|verschieb|report(?:é|e)e?\b|reporté|aplaz|pospus|adi(?:ou|ad)|rinvia|перен[её]с|отсроч)
    |推迟|延期|延后|延至|延长|顺延|展期|改为|改至|提前至|提前到|推后|缓期|연기|延期"""
)
GONE = _rx(
    r"""(?:\b(?:had|has|have)\ been\ (?:due|set|scheduled|supposed|expected|slated|planned|meant)\b|\bwould\ (?:otherwise\ )?have\b
    |\b(?:was|were)\ to\ have\b|原定|原本|本应|本来(?:应|要|将)|原计划)[^.;。；]*$"""
)
WAS_DUE = _rx(
    r"""\b(?:was|were|is|are|been|,|that)?\ ?(?:due|set|scheduled|supposed|slated|meant|planned)\ (?:to|for|on)\b[^.;。；]*$|\b(?:was
    |were)\ to\ (?:take|come|enter|go|start|begin|apply)\b[^.;。；]*$"""
)
FROZEN = _rx(
    r"""\b(?:judges?|courts?|tribunal|panel|justices)\b[^.;]{0,80}?\b(?:block(?:s|ed|ing)?|enjoin(?:s|ed|ing)?|stay(?:s|ed|ing)?
    |halt(?:s|ed|ing)?|paus(?:e|es|ed|ing)|suspend(?:s|ed|ing)?|fr[eo]ez\w*|froze|put\ on\ hold|strikes?\ down|struck\ down
    |vacat\w+)\b[^.;]{0,50}?\b(?:rule|rules|ban|law|order|measure|curbs?|tariffs?|restrictions?|requirements?|deadline|enforcement
    |statute|directive|listing|designation|prohibition|from\ (?:taking|going|enforcing))\b
    |\b(?:injunction|restraining\ order|administrative\ stay)\b[^.;]{0,60}?\b(?:block|against|bar|halt|stop|prevent|freez|froze|paus
    |keep|suspend|grant|issu)
    |\b(?:rescind|scrap|withdr[ae]w|revok|repeal|shelv|abandon|cancel|call\w*\ off|drop)(?:ped|s|ed|ded|ing|n
    |es)?\b[^.;]{0,40}?\b(?:rule|rules|ban|law|order|measure|curbs?|tariffs?|restrictions?|requirements?|deadline|plan)\b
    |(?:法院|法官|法庭)[^。；]{0,20}(?:暂停|冻结|叫停|中止|阻止|搁置)[^。；]{0,20}(?:令|禁令|规定|规则|法|措施|关税|执行|生效)|(?:撤销
    |废除|取消)[^。；]{0,12}(?:规则|禁令|规定|限制)"""
)

ANSWER = _rx(
    r"""\b(?:reports?|challenge|contest|requests?\ to|respon[ds]\w*|repl(?:y|ies)|appeals?|explain|answers?|objections?|petitions?
    |explanations?|briefs?|hearings?
    |(?:decision|ruling|verdict|findings|investigation|inquiry|outcome|conclusion)
    \ (?:is\ |are\ |was\ |were\ )?(?:due|expected|must|to\ end|within)
    |(?:decide|conclude|complete\ (?:its|the)\ (?:review|investigation|inquiry))
    |testimony|status\ report|invoice|register\ for|registration\ deadline|questions?|letter|stellung|répondre|responder)\b|报告|答复
    |上诉|申诉|复议|听证|申辩|陈述|说明情况|回复|回答"""
)
COMMENT = _rx(
    r"""\b(?:comments?|commenting|consultations?|feedback|submissions|views|written\ input|public\ input|observations
    |public\ has\ until|stellungnahmen?|konsultation|anhörung|observaciones|comentarios|consulta\ pública|consulta|contributions
    |commentaires|consultazione|contribui[cç][õo]es)\b|замечани|обсужден|консультаци
    |征求(?:公众|社会|各界)?[^。，；]{0,8}意见|意见(?:反馈|征集|稿|建议)|公开征求|反馈意见|提出(?:书面)?意见|提交(?:书面)?意见
    |意见募集|パブリックコメント|의견"""
)
COMMENT_CLOSE = _rx(
    r"""\b(?:due|clos(?:e|es|ed|ing)|end(?:s|ed|ing)?|must\ be|received|submitted|deadline|accept\w*|open|requested|welcome\w*|invited
    |endet|läuft|clôtur\w+|until)\b|截止|结束|期限|时间为|期间|征求意见期"""
)
COMMENT_OPEN = _rx(r"\b(?:open(?:s|ed)?|start(?:s|ed)?|launch(?:es|ed)?|beg[ia]n(?:s)?)\b[^.;]{0,60}$")
NO_COMMENT = _rx(
    r"""\b(?:requests?\ for|declined\ to|did\ not|didn't|no)\ comments?\b|\bin\ (?:a\ |written\ |emailed\ )?comments?\b
    |\bcomments?\ (?:by|from|made|to\ reporters)\b"""
)
EXPIRY = _rx(
    r"""\b(?:offers?|promotion(?:al)?|promo|discounts?|coupons?|vouchers?|credits?|free|deal|campaign|valid|expir(?:e|es|ed|ing|y
    |ation)|licen[cs]es?|authori[sz](?:ation|ations|es|ed)|exempt\w*|waivers?|grace\ period|wind(?:ing)?[-\ ]?down|carve-?out|reprieve
    |permits?|trial|half[-\ ]price|redeem\w*|claim\w*|angebot|gültig|rabatt|offre|valable|oferta|gratis|gratuit\w*|promoción|promoção
    |бесплатн\w+|акци\w+|лицензи\w+)\b
    |优惠|活动|赠送|赠|免费|领取|许可证|豁免|宽限|过渡期|有效期|代金券|折扣|半价|礼包|限时|キャンペーン|無料|无料|할인|무료"""
)
DUTY = _rx(
    r"""\b(?:must|required?|requires|requir\w+|has\ to|have\ to|had\ to|needs?\ to|ordered|told|deadline|comply|compliance|complied
    |obliged|obligation|shall|cut-?off|divest|given|gives?|gave|has\ until|have\ until|had\ until|müssen|muss|frist|doivent|doit
    |date\ limite|deberán?|debe|plazo|prazo|devem|deve|dovranno|должн\w+|обязан\w+)\b
    |必须|应当|须|需|期限|要求|责令|限期|应(?:于|在)?|务必|请|cumpr\w+|cumpl\w+|se\ conformer|umsetzen"""
)
DUTY_AFTER = _rx(
    r"""\s*(?:deadline|to\ (?:sell|divest|comply|remove|delete|leave|stop|cease|shut|close|block|migrate|move|switch|download|export
    |withdraw|exit|unwind|find|replace|uninstall|transfer|end|obtain|apply|register|file|complete|cut|phase)|cut-?off|(?:compliance
    |effective)\ date)"""
)
DEADLINE_AFTER = _rx(r"\s*(?:\w+\s+){0,2}?(?:deadline|cut-?off|effective\ date|compliance\ date|shut-?off|shutdown\ date)\b")
HOPED = _rx(
    r"""\b(?:expect\w*|hop(?:e|es|ed|ing)|aim\w*|want\w*|goal|target\w*|could|might|may|likely|plan\w*\ to\ (?:publish|release|issue
    |finali[sz]e|propose|decide)|预计|有望|可能|计划在?)\b"""
)
SERVICE = _rx(
    r"""\b(?:access\w*|service|services|available|availab\w+|work(?:s|ing)?|supported|support|downloads?|downloaded|remain\w*
    |continu\w+|keep|operat\w+|use|used|sales?|users?|customers?|accounts?|api|keys?|subscriptions?|renew\w*|zugang|dienst|accès
    |acceso|acesso|доступ\w*)\b|访问|服务|使用|可用|账户|账号|接口|支持"""
)
FOR_GOODS = _rx(
    r"""\b(?:goods|orders?|shipments?|contracts?|left|loaded|shipped|exported|manufactured|purchased|bought|born|accounts\ (?:opened
    |created)|models?\ (?:released|trained))\b[^.;,]{0,40}\b(?:after|before|since|prior\ to)\s*$"""
)
SUBORDINATE = _rx(
    r""",\s+(?:which|who|whose|as|after|while|when|saying|citing|because|amid|in\ a\ move|a\ move|according)\b.*|\s(?:that|because
    |after)\s.*"""
)
PUBLISHING_LINE = _rx(
    r"""(?:\b(?:last\ )?(?:updated?|modified|reviewed|posted|published|retrieved|accessed|printed)(?:\ on|\ at)?\s*[:：]
    |^\W*date\s*[:：]|更新(?:时间|日期)?[:：]|发布(?:时间|日期)[:：]|日期[:：]|来源[:：]\S{0,12})\s*$"""
)
DATELINE_AFTER = _rx(r"\s*(?:\((?:reuters|ap|afp|bloomberg|xinhua|upi|tass|kyodo|yonhap|dpa)[^)]{0,20}\)|电|電|讯\b|[-–—]\s*\()")

EFFECT = _rx(
    r"""tak(?:es?|ing)\ effect|took\ effect|com(?:es?|ing)\ into\ (?:force|effect)|came\ into\ (?:force|effect)|enter(?:s|ed
    |ing)?\ into\ force|go(?:es)?\ into\ effect|went\ into\ effect|in\ force|(?:effective|compliance|implementation
    |applicability)\ date|becomes?\ (?:effective|binding|law|mandatory)
    |became\ effective|\beffective\b|kick(?:s|ed)?\ in|go(?:es)?\ live|went\ live
    |in\ kraft|entre(?:ra)?\ en\ vigueur|entra(?:r[áã]o?)?\ en\ vigor|entra(?:r[áã]o?)?\ em\ vigor|entra\ in\ vigore|вступ\w+\ в\ силу
    |生效|施行|正式实施|起实施|発効|施行|발효|시행"""
)
WILL = _rx(
    r"""\b(?:will|would|shall|must|can\ no\ longer|no\ longer|is\ to|are\ to|(?:is|are)\ (?:set|due|going|scheduled|slated)\ to
    |has\ to|have\ to|(?:is|are)\ required|wird|werden|sera|seront|será|serão|sarà
    |sẽ|akan|\w+(?:ecek|acak)|будет|будут)\b|\w'll\b|将|拟于|定于|する予定|예정"""
)
PLANNED = _rx(
    r"""\b(?:set\ to|due\ to|due|scheduled|plans?\ to|slated|required|ends?|stops?|starts?|begins?|closes?|ceases?|blocks?|cuts?\ off
    |shuts?|los(?:e|es|ing)|deadline|ending|closing|limit(?:s|ed)?|until
    |to\ (?:block|end|shut|close|stop|cut|halt|suspend|cease|ban|bar|begin|start|terminate|discontinue|disable|restrict|limit|drop
    |deactivate|retire|remove|pull|exit|leave|apply|withdraw|impose|be))\b
    |停止|关闭|终止|下架|停服"""
)
NOT_BITING = _rx(
    r"""\s*(?:also\s+)?(?:(?:be\ )?(?:vot|meet|decid|consider|hold|testif|hear|publish|announc|unveil|releas|discuss|appeal|challeng
    |rul|propos|debat|hold|appear|met|speak|travel|visit|report|host|review|launch|present|issue)|(?:公布|发布|召开|举行|表决|讨论
    |审议|投票|推出|访问|宣布|裁决|开庭))"""
)
PAST_EFFECT = _rx(
    r"""\b(?:since|took|came|went|entered|began|started|became|kicked|applied|in\ force\ since|has\ been|have\ been|trat|вступил\w*)\b
    |已(?:于|经|在)|已生效|了"""
)
ACT = _rx(
    r"""\b(?:announc(?:e|es|ed|ing|ement)|sa(?:id|ys)|told|sign(?:ed|s|ing)|publish(?:ed|es|ing)|publication|issu(?:ed|es|ing)
    |releas(?:ed|es|ing)|unveil(?:ed|s|ing)|propos(?:ed|es|ing)|adopt(?:ed|s|ing)|approv(?:ed|es|al)|pass(?:ed|es)|vot(?:ed|es|e)
    |rul(?:ed|es|ing)|order(?:ed|s|ing)|grant(?:ed|s)|fil(?:ed|es|ing)|su(?:ed|es)|impos(?:ed|es|ing)|add(?:ed|s|ing)|ban(?:ned|s)
    |bar(?:red|s)|block(?:ed|s)|suspend(?:ed|s)|halt(?:ed|s)|paus(?:ed|es)|put|revers(?:ed|es)|lift(?:ed|s)|rescind(?:ed|s)|revok(?:ed
    |es)|withdr(?:ew|awn)|introduc(?:ed|es|ing)|complet(?:ed|es)|finali[sz](?:ed|es)|found|fin(?:ed|es)|agree[sd]?|disclos(?:ed|es)
    |confirm(?:ed|s)|launch(?:ed|es)|open(?:ed|s)|start(?:ed|s)|reject(?:ed|s)|upheld|dismiss(?:ed|es)|overturn(?:ed|s)
    |authori[sz](?:ed|es)|notif(?:ied|ies|ying|ication)|inform(?:ed|s|ing)|sent|emailed|wrote|letter|mail|e-mail|post(?:ed|s)
    |statement|decid(?:ed|es)|decision|declar(?:ed|es)|designat(?:ed|es|ion)|sanction(?:ed|s)|blacklist(?:ed|s)|list(?:ed|s)
    |updat(?:ed|es|ing)|amend(?:ed|s)|extend(?:ed|s)|postpon(?:ed|es)|delay(?:ed|s)|warn(?:ed|s)|demand(?:ed|s)|ask(?:ed|s)|urg(?:ed
    |es)|request(?:ed|s)|report(?:ed|s)|met|dated|remov(?:ed|es)|pull(?:ed|s)|stopp(?:ed|s)|clos(?:ed|es)|cut|ended|set|requir(?:ed
    |es)|mov(?:ed|es)|seiz(?:ed|es)|carried\ out|cleared|kept|accus(?:ed|es)|enacted|denied|gave|given|struck|enjoined|stayed|froze
    |threaten(?:ed|s)|pledged|vow(?:ed|s)|offer(?:ed|s)|rolled\ out|expand(?:ed|s)|tighten(?:ed|s)|eas(?:ed|es)|restor(?:ed|es)
    |resum(?:ed|es)|listings?|notice|press\ release|memo|circular|proclamation|determin(?:ed|es|ation))\b
    |\b(?:kündigte|teilte|erklärte|verhängte|untersagte|verbot|mitgeteilt|angekündigt|beschloss|veröffentlichte|erließ|annonc\w+
    |déclar\w+
    |publi(?:é|ée|er|cado|cada|có|cou|ca)|ordonn\w+|interdi\w+|a\ décidé|anunci\w+|orden[óo]|dijo|prohibi\w+|aprob\w+|informou|disse
    |proibi\w+|determin(?:ou|ó)|decidi\w+
    |ha\ annunciato|ha\ ordinato|vietato)\b|объяви\w+|сообщи\w+|заяви\w+|ввел\w*|запрети\w+|подписа\w+|опубликова\w+
    |宣布|发布|公布|表示|签署|发出|印发|公告|通告|通知|决定|批准|通过|裁定|判决|更新|称|说|发表|提出|公开|推出|启动|叫停|暂停|列入
    |禁止|下令|起诉|提起|处以|罚款|约谈|下架|解除|撤销|取消|修订|实施制裁|制裁|宣告|致函|致信|告知|确认|证实|回应|透露|报道|発表|公表
    |決定|命じ|発表し|発효|발표|밝혔|공고|결정|명령|차단"""
)
COUNTED_AS_OF = _rx(r"\bas\ of\s*\x00[^.;]*\b(?:had|was|were|held|owned|total\w*|stood|counted)\b")
VERB_LAST = _rx(r"[ぁ-ヿ一-龥가-힣]")
"""Scripts whose languages put the verb of the act behind everything else."""
PAST_VERB = _rx(
    r"""\b(?!(?:expected|needed|based|limited|united|related|hundred|concerned|scheduled|supposed|indeed|crashed|collapsed
    |died)\b)\w{3,}(?:ed|eld|ook|ade)\b|\b(?:took|made|taken|began|won|lost|left|quit|sold|built|shut|brought|chose|drew|hit)\b"""
)
MARKET = _rx(
    r"""\b(?:shares?|stocks?|nasdaq|index|futures|closed\ (?:up|down|at|higher|lower)|trading|rally|rout|slid|fell|rose|gained|tumbled
    |plunged|jumped|surged|sank)\b|股价|收盘|涨|跌|股票"""
)
PASSIVE_PAST = _rx(
    r"""\b(?:had\ (?:\w+ly\ )?(?:been\ )?\w{3,}|(?:was|were)\ (?:first\ |already\ |also\ )?(?:sanctioned|banned|blacklisted|added|listed
    |designated|fined|founded|established|sued|placed|put|imposed|adopted|signed|passed|enacted|issued|published))\b[^.;]{0,60}$
    """
)
CONNECTOR = _rx(r"\s*(?:,|and|or|/|和|或|、|及|与|und|oder|et|ou|y|o|e|и|или|,\s*and|,\s*or)\s*(?:on|am|le|el|the|于)?\s*$")
