"""First names that are common in Bavaria, folded to lower case: beside a second word they tell a person.

What does not belong here: names that are words or places as well, what is done with them (`personal`).
"""

from __future__ import annotations

FIRST_NAMES = frozenset(
    """
    alexander alfred alois andrea andreas angela angelika anja anke anna anne annette anton antje armin arthur
    astrid august barbara beate benedikt benjamin bernd bernhard bettina birgit björn brigitte bruno carmen carola
    carsten charlotte christa christian christina christine christoph claudia cornelia daniel daniela david denise
    dennis detlef dieter dietmar dirk dominik doris eberhard eckhard edith elena elfriede elisabeth elke emil emma
    erich erika erna ernst erwin eva fabian felix ferdinand florian frank franz franziska friedrich fritz gabi
    gabriele georg gerd gerda gerhard gertrud gisela gottfried guido gudrun günter günther gustav hannelore hannes
    hans harald hartmut heidi heike heiko heinrich heinz helga helmut helene henrik herbert hermann hilde hildegard
    holger horst hubert hugo ilse ines inge ingeborg ingo ingrid irene iris irmgard isabel jan jana jens joachim
    jochen johann johanna johannes jonas josef julia julian jürgen jutta kai karin karl karla karsten katharina
    kathrin katja katrin kerstin klara klaus konrad konstantin kristina kurt lara laura lena leo leon leonhard lisa
    lothar luca ludwig luise lukas lutz manfred manuel manuela marc marcel marco marcus maren margarete margit maria
    marianne marie marina mario marion markus marlene martha martin martina mathias matthias max maximilian melanie
    michael michaela mira miriam monika moritz nadine natalie nicole nina nora norbert olaf oliver oskar otto
    patrick paul paula peter petra philipp rainer ralf ralph regina reiner reinhard renate rene richard robert
    roland rolf rosa rosemarie roswitha rudolf rüdiger ruth sabine sandra sara sarah sebastian siegfried sigrid
    silke silvia simon simone sofia sonja sophie stefan stefanie steffen stephan susanne sven sylvia tanja theodor
    theresia thomas thorsten tim tina tobias torsten udo ulrich ulrike ursula ute uwe valentin vera verena veronika
    viktor vincent volker walter walther waltraud werner wilfried wilhelm willi winfried wolfgang xaver yvonne
    mehmet mustafa ali ahmet fatma ayse emine murat hasan olga natalia svetlana ivan piotr
    """.split()  # noqa: SIM905 - a list of three hundred strings would be three hundred lines
)
