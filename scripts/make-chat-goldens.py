#!/usr/bin/env python3
"""Renders chats with templates of the field as transformers does, for gss4j-serve's ChatTemplateTest.

pip install transformers jinja2
python scripts/make-chat-goldens.py > gss4j-serve/src/test/resources/chat-goldens.json
"""

import json
from transformers.utils.chat_template_utils import render_jinja_template

TEMPLATES = {
    "chatml": "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "zephyr": "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n{{ '<|system|>\\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\\n'  + message['content'] + eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
    "llama3": "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}",
    "llama2": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
    "gemma": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set first_user_prefix = messages[0]['content'] + '\\n\\n' %}{% set loop_messages = messages[1:] %}{% else %}{% set first_user_prefix = '' %}{% set loop_messages = messages %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\\n' + (first_user_prefix if loop.first else '') + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\\n'}}{% endif %}",
    "alpaca": "{% for message in messages %}{% if message.role == 'system' %}{{ message.content ~ '\\n\\n' }}{% elif message.role == 'user' %}### Instruction:\n{{ message.content }}\n\n{% else %}### Response:\n{{ message.content }}\n\n{% endif %}{% endfor %}{% if add_generation_prompt %}### Response:\n{% endif %}",
    "namespace": "{%- set ns = namespace(turns=0) -%}\n{%- for message in messages -%}\n  {%- if message.role == 'user' -%}\n    {%- set ns.turns = ns.turns + 1 -%}\n    [{{ ns.turns }}] {{ message.content | upper }}\n  {%- elif message.content.startswith('Hi') -%}\n    (greeting)\n  {%- endif -%}\n{%- endfor -%}\n{{- '\\n' if add_generation_prompt -}}",
}

CHATS = {
    "one": [{"role": "user", "content": "Hello, wörld 🙂"}],
    "system": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "  What is <b>?\n"},
        {"role": "assistant", "content": "Hi, a tag."},
        {"role": "user", "content": "And {{ this }}?"},
    ],
}


def main():
    goldens = []
    for template, text in TEMPLATES.items():
        for chat, messages in CHATS.items():
            rendered, _ = render_jinja_template(
                conversations=[messages],
                chat_template=text,
                add_generation_prompt=True,
                bos_token="<s>",
                eos_token="<s>",
            )
            goldens.append(
                {"name": f"{template}/{chat}", "template": text, "messages": messages, "text": rendered[0]}
            )
    print(json.dumps(goldens, ensure_ascii=False, indent=1))


main()
